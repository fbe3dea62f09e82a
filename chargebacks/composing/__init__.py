"""A dispute's packet from facts alone: what is argued, what is shown, and what is said in Stripe's text fields.

Every statement names the places it rests on; nothing is said that does not stand there.
"""

from chargebacks.composing.argument import Argument, argument_for
from chargebacks.composing.drafting import Composed, compose
from chargebacks.composing.exhibits import exhibits_for
from chargebacks.composing.screening import Screened, screen
from chargebacks.composing.texts import Texts, texts_for

__all__ = [
    "Argument",
    "Composed",
    "Screened",
    "Texts",
    "argument_for",
    "compose",
    "exhibits_for",
    "screen",
    "texts_for",
]
