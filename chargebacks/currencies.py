"""Every currency's decimals: by ISO 4217, as the networks write amounts, and at Stripe's API.

ISO 4217 list one: https://www.six-group.com/en/products-services/financial-information/data-standards.html
Stripe: https://docs.stripe.com/currencies#zero-decimal and https://docs.stripe.com/currencies#special-cases
"""

from chargebacks.errors import BadInput

_NO_DECIMALS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_TWO_DECIMALS = """
    AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE
    CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL
    HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR
    MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK
    SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XAD
    XCD XCG YER ZAR ZMW ZWG
"""
"""ANG and BGN were withdrawn in 2025 and 2026; charges made in them can still be disputed."""
_THREE_DECIMALS = "BHD IQD JOD KWD LYD OMR TND"
_FOUR_DECIMALS = "CLF UYW"

_ISO = {
    code: decimals
    for decimals, codes in ((0, _NO_DECIMALS), (2, _TWO_DECIMALS), (3, _THREE_DECIMALS), (4, _FOUR_DECIMALS))
    for code in codes.split()
}

_AT_STRIPE = {"ISK": 2, "UGX": 2, "MGA": 0}
"""Where Stripe differs from ISO 4217. HUF and TWD differ for payouts only; charges keep two decimals."""
_STEP = {"ISK": 100, "UGX": 100, "BHD": 10, "JOD": 10, "KWD": 10, "OMR": 10, "TND": 10}

_SMALL_UNITS = """
    BIF CDF CLP COP GNF IDR IQD IRR KHR KRW LAK LBP MGA MMK MNT MWK NGN PYG RWF SOS SYP TZS UGX UZS VND YER
"""
_MOST_MAJOR = 99_999_999
_MOST_MINOR = 999_999_999_999

CURRENCIES = frozenset(_ISO)
"""Every code that can be money on a card statement, upper case."""


def exponent(currency: str) -> int:
    """Decimals of the currency by ISO 4217, as card networks write its amounts. BadInput when unknown."""
    try:
        return _ISO[currency]
    except KeyError:
        raise BadInput(
            f"{currency[:10]!r} is not a currency code of ISO 4217, such as USD.", reason="unknown_currency"
        ) from None


def stripe_exponent(currency: str) -> int:
    """Decimals of the currency in Stripe's API: ISO 4217 but for ISK, UGX (two) and MGA (none)."""
    return _AT_STRIPE.get(currency, exponent(currency))


def stripe_step(currency: str) -> int:
    """What an amount must be a multiple of, in Stripe's minor units: 100 for ISK and UGX, which are charged in whole
    units, 10 for BHD, JOD, KWD, OMR and TND, otherwise 1."""
    exponent(currency)
    return _STEP.get(currency, 1)


def most_minor(currency: str) -> int:
    """The largest believable payment, in Stripe's minor units.

    Stripe's own limit is twelve digits (https://docs.stripe.com/currencies#maximum-charge-amounts); for currencies
    whose unit is worth more than a small coin, 99,999,999 units are already absurd (our judgement).
    """
    decimals = stripe_exponent(currency)
    if currency in _SMALL_UNITS.split():
        return _MOST_MINOR
    return min(int(f"{_MOST_MAJOR}{'0' * decimals}"), _MOST_MINOR)
