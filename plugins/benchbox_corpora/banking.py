"""What callers say to an e-banking line: our own sentences over the 14 intents of minds14."""

import random
from dataclasses import dataclass

from benchbox.records import Split


@dataclass(frozen=True)
class Intent:
    """Patterns of one request. The splits share none, so that no test sentence was heard in training."""

    train: tuple[str, ...]
    test: tuple[str, ...]


INTENTS: dict[str, Intent] = {
    "abroad": Intent(
        train=(
            "I am flying to {place} on {day}, will my card work over there?",
            "Can I pay with my debit card in {place}, or should I take cash?",
            "Please make a note that I will be in {place} until {day}.",
        ),
        test=(
            "What do you charge for taking money out in {place}?",
            "My holiday in {place} starts on {day}, is there anything I must switch on first?",
        ),
    ),
    "address": Intent(
        train=(
            "I moved house on {day} and you are still writing to my old address.",
            "Could you tell me how to change the address on my account?",
            "My new flat is at {number} Station Road, please update your records.",
        ),
        test=(
            "Where do I enter a different postal address for my statements?",
            "We have a new home at {number} Orchard Lane, who needs to know about it?",
        ),
    ),
    "app_error": Intent(
        train=(
            "The app closes by itself whenever I try to open my savings.",
            "Since {day} your app only shows me a white screen.",
            "I typed the code you sent, and the app told me that something went wrong.",
        ),
        test=(
            "My phone says the banking app stopped working, what should I do?",
            "I can't log in, the wheel just keeps turning and nothing loads.",
        ),
    ),
    "atm_limit": Intent(
        train=(
            "How much cash can I take from a machine in one day?",
            "The machine at {shop} would not give me more than {amount}.",
            "I would like to raise my daily withdrawal limit to {amount}.",
        ),
        test=(
            "Is there a cap on cash withdrawals at the weekend?",
            "I need {amount} in cash today, will the machine allow that?",
        ),
    ),
    "balance": Intent(
        train=(
            "Can you tell me how much money is left on my current account?",
            "I would like to know my balance after the payment of {amount}.",
            "Do I have at least {amount} available before {day}?",
        ),
        test=(
            "How much have I got in my savings at the moment?",
            "Has my salary arrived, and what does that make in total?",
        ),
    ),
    "business_loan": Intent(
        train=(
            "I run a small bakery and I am thinking about a loan of {amount}.",
            "What papers do you need for a business loan?",
            "My company would like to borrow {amount}, who can I talk to?",
        ),
        test=(
            "Which interest would a start up pay if it needed {amount}?",
            "We want to buy a second van for the firm, could the bank finance it?",
        ),
    ),
    "card_issues": Intent(
        train=(
            "My card was refused at {shop}, although there is money on it.",
            "The chip on my card is broken and I need another one.",
            "I ordered a new card two weeks ago and it has not come yet.",
        ),
        test=(
            "Contactless does not work any more, I have to type my number every time.",
            "The reader at {shop} keeps telling me that my card is invalid.",
        ),
    ),
    "cash_deposit": Intent(
        train=(
            "Where can I pay in {amount} in notes and coins?",
            "I put {amount} into the machine on {day}, but it is not on my account.",
            "Is there a fee when I deposit cash at the counter?",
        ),
        test=(
            "My grandmother gave me {amount}, how do I get it into the account?",
            "Which of your branches still take coins over the counter?",
        ),
    ),
    "direct_debit": Intent(
        train=(
            "Please stop the direct debit to my gym, I left on {day}.",
            "I want to set up a direct debit of {amount} for the rent.",
            "There is a direct debit from {shop} that I never agreed to.",
        ),
        test=(
            "The electricity company collected {amount} twice, can I get one back?",
            "On which day of the month will the phone bill be debited?",
        ),
    ),
    "freeze": Intent(
        train=(
            "I lost my wallet in {place}, please block my card at once.",
            "Someone stole my handbag, I have to freeze everything.",
            "Could you lock my card until {day}, I can't find it anywhere?",
        ),
        test=(
            "I left my purse on the train this morning, nobody may use that card.",
            "There are payments from {place} that are not mine, shut the account down.",
        ),
    ),
    "high_value_payment": Intent(
        train=(
            "I need to send {large} to my solicitor for the house.",
            "What is the largest amount that I may transfer in one day?",
            "My payment of {large} was held back, how do I release it?",
        ),
        test=(
            "I am buying a car on {day} and must move {large} by noon.",
            "Does a transfer of {large} need a visit to the branch?",
        ),
    ),
    "joint_account": Intent(
        train=(
            "My wife and I would like to open a joint account.",
            "Can I add my brother to the account that I already have?",
            "What do both of us have to bring along for a shared account?",
        ),
        test=(
            "I want my partner to be able to use my account as well.",
            "We are getting married on {day}, how do we put our money together?",
        ),
    ),
    "latest_transactions": Intent(
        train=(
            "Please read me the last {number} payments on my card.",
            "Did the refund of {amount} from {shop} come in?",
            "I would like to see everything I spent since {day}.",
        ),
        test=(
            "What was taken off my account between {day} and today?",
            "There should be a payment to {shop}, can you look for it?",
        ),
    ),
    "pay_bill": Intent(
        train=(
            "I have to pay {amount} to the water company before {day}.",
            "How do I settle a bill when there is only a reference number on it?",
            "Can I pay the dentist {amount} in two parts?",
        ),
        test=(
            "The garage sent me an invoice for {amount}, can you pay it from my savings?",
            "My council tax is due on {day}, what is the quickest way to pay?",
        ),
    ),
}

_SLOTS = {
    "amount": (
        "60 pounds",
        "85 dollars",
        "140 euros",
        "250 pounds",
        "320 dollars",
        "475 pounds",
        "900 euros",
    ),
    "large": ("12 thousand pounds", "18 thousand dollars", "35 thousand euros", "70 thousand pounds"),
    "number": ("5", "8", "12", "17", "24", "31"),
    "day": (
        "Monday",
        "Tuesday",
        "Wednesday",
        "the third of May",
        "the tenth of June",
        "the end of the month",
    ),
    "place": ("Portugal", "Canada", "Japan", "Morocco", "New Zealand", "Norway", "Brazil"),
    "shop": ("the supermarket", "the petrol station", "the book shop", "the railway station", "the chemist"),
}
_OPENINGS = ("Hello.", "Hi there.", "Good morning.", "Good afternoon.", "Excuse me.", "Yes, hello.")
_CLOSINGS = ("Thank you.", "Thanks a lot.", "Please let me know.", "I would be glad of some help.")


def request(intent: str, split: Split, draw: random.Random) -> str:
    """Return one request for `intent`, worded by `draw`.

    >>> request("balance", "test", random.Random(1)) == request("balance", "test", random.Random(1))
    True
    """
    pattern = draw.choice(getattr(INTENTS[intent], split))
    sentence = pattern.format_map({slot: draw.choice(fillers) for slot, fillers in _SLOTS.items()})
    words = [draw.choice(_OPENINGS), sentence, draw.choice(_CLOSINGS)]
    # A short request needs both to last three seconds; a long one would outlast eight.
    return " ".join(words if len(sentence) < 65 else words[:2])
