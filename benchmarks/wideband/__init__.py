"""Training of the 16 kHz weights of `vqunet(preset="pretrained")`: ../train_pretrained.py is the command."""
