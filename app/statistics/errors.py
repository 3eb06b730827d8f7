"""What the statistics refuse."""

from app.core.errors import Unprocessable


class PeriodBackwards(Unprocessable):
    code = "period-backwards"
    es = "El periodo termina antes de empezar: «to» debe ser igual o posterior a «from»."
    en = "The period ends before it begins: 'to' must not be earlier than 'from'."
