"""How an authority signs, and what keys are of."""

from enum import StrEnum


class Algorithm(StrEnum):
    """ECDSA with P-256, or RSA; both over SHA-256."""

    ECDSA = "ecdsa"
    RSA = "rsa"
