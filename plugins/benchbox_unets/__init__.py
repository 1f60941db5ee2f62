"""The plain U-Net and VQ-U-Net-SE, which is the same network with a vector quantiser at its bottleneck."""

from benchbox.hookspecs import Register, hookimpl


@hookimpl
def register_denoisers(register: Register) -> None:
    from benchbox_unets.unet import UNet
    from benchbox_unets.vqunet import VQUNet

    register("unet", UNet)
    register("vqunet", VQUNet)
