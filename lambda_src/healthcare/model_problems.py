"""What can go wrong with a model, as Problems, which hold nothing of a question, an answer or an error."""

import math
from typing import Any, Final, Literal

from healthcare.problems import RETRY_LATER, Problem

Kind = Literal[
    "timeout", "connection", "rate_limited", "server_error",  # it is not there now
    "configuration",  # it is there, and does not take what we send
    "refused", "content_filter", "cut_off", "unusable",  # it answered
]  # fmt: skip

TRANSIENT: Final = frozenset({"timeout", "connection", "rate_limited", "server_error"})
_DECLINED: Final = frozenset({"refused", "content_filter"})
_LONGEST_WAIT: Final = 300


class ModelProblem(Problem):
    """`kind` is for metrics; `server_asks` the seconds that the server wants to be left alone, if it said so;
    `parameter` the name of the field of ours that it does not know, if it said so.
    """

    def __init__(self, kind: Kind, server_asks: float | None = None, parameter: str | None = None) -> None:
        if kind in TRANSIENT:
            wait = RETRY_LATER if server_asks is None else math.ceil(min(server_asks, _LONGEST_WAIT))
            super().__init__(503, "model_unavailable", _NOT_NOW, retry_after=max(wait, 1), aws_error=kind)
        elif kind == "configuration":
            super().__init__(500, "model_misconfigured", _NOT_TAKEN, aws_error=kind)
        elif kind in _DECLINED:
            super().__init__(502, "model_refused", _DECLINED_TEXT, aws_error=kind)
        else:
            super().__init__(502, "model_unusable", _UNUSABLE, retry_after=RETRY_LATER, aws_error=kind)
        self.kind = kind
        self.server_asks = server_asks
        self.parameter = parameter


_NOT_NOW: Final = "The model can't be asked now, so nothing was answered. Try again later."
_NOT_TAKEN: Final = "The model does not take what this service sends, so nothing was answered."
_DECLINED_TEXT: Final = "The model declined to answer. Nothing of what it said is shown. Ask differently."
_UNUSABLE: Final = "The model gave no usable answer. Nothing of it is shown. Try again later."


def problem_of(error: Exception) -> ModelProblem:
    """The Problem of whatever the SDK raises. Its message, body and request are left behind."""
    import openai

    if isinstance(error, openai.APITimeoutError):
        return ModelProblem("timeout")
    if isinstance(error, openai.APIConnectionError):
        return ModelProblem("connection")
    if not isinstance(error, openai.APIStatusError):
        return ModelProblem("unusable")
    asks = _retry_after(error.response.headers)
    if error.status_code == 429:
        return ModelProblem("rate_limited", asks)
    # 424 is Bedrock's ModelErrorException, which the model's next try may not have.
    # https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InvokeModel.html#API_runtime_InvokeModel_Errors
    if error.status_code in (408, 409, 424) or error.status_code >= 500:
        return ModelProblem("server_error", asks)
    if error.status_code == 400 and error.code == "content_filter":  # Azure's filter of the prompt
        return ModelProblem("content_filter")
    parameter = error.param if isinstance(error.param, str) else None
    return ModelProblem("configuration", parameter=parameter)


def _retry_after(headers: Any) -> float | None:
    for name, unit in (("retry-after-ms", 1000), ("retry-after", 1)):
        try:
            seconds = float(headers.get(name, "")) / unit
        except ValueError:  # a date: rare, and then our own pause will do
            continue
        if math.isfinite(seconds) and seconds >= 0:
            return seconds
    return None
