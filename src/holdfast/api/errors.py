"""Refusals: one table from error to HTTP status, one shape on the wire (RFC 9457), one entry in OpenAPI."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from holdfast.api.malformed import refusal_of
from holdfast.kit import logging
from holdfast.model import errors, words
from holdfast.model.errors import HoldfastError

_log = logging.get("api")

#: First match wins: the special before the general.
STATUS: Final[tuple[tuple[type[HoldfastError], int], ...]] = (
    (errors.Unauthorized, 401),
    (errors.Forbidden, 403),
    (errors.RequestTooLarge, 413),
    (errors.MessageTooLarge, 413),
    (errors.IdempotencyConflict, 409),
    (errors.CursorGenerationChanged, 410),
    (errors.ContentInvalid, 422),
    (errors.ConfigurationInvalid, 422),
    (errors.TargetInvalid, 422),
    (errors.RequestInvalid, 400),
    (errors.UnknownSession, 404),
    (errors.NoQr, 404),
    (errors.UnknownQuarantined, 404),
    (errors.UnknownSnapshot, 404),
    (errors.NoPasskey, 404),
    (errors.SessionError, 409),
    (errors.EngineStorageFailed, 503),
    (errors.EngineUnreachable, 503),
    (errors.NotConnected, 503),
    (errors.NotOpen, 503),
    (errors.WhatsAppNotFound, 404),
    (errors.WhatsAppForbidden, 409),
    (errors.WhatsAppUnanswered, 504),
    (errors.EngineError, 502),
    (errors.RateLimited, 429),
    (errors.DeliveryError, 422),
    (errors.UnknownMedia, 404),
    (errors.MediaNotHere, 409),
    (errors.MediaGone, 410),
    (errors.MediaExpired, 410),
    (errors.MediaRangeInvalid, 416),
    (errors.MediaTooLarge, 413),
    (errors.MediaTruncated, 400),
    (errors.MediaTypeDiffers, 415),
    (errors.MediaUrlFailed, 502),
    (errors.MediaStorageFailed, 503),
    (errors.MediaError, 422),
    (errors.UnknownMessage, 404),
    (errors.NotCancellable, 409),
    (errors.StateConflict, 409),
    (errors.UnknownEvent, 404),
    (errors.UnknownAct, 422),
    (errors.UnknownConfiguration, 404),
    (errors.ConfigurationConflict, 409),
    (errors.UnknownKey, 404),
    (errors.LoginRefused, 401),
    (errors.TotpNeeded, 401),
    (errors.LoginThrottled, 429),
    (errors.UnknownUser, 404),
    (errors.PasswordUnfit, 422),
    (errors.UserError, 409),
    (errors.UnknownSubscription, 404),
    (errors.SubscriptionTaken, 409),
    (errors.SubscriptionFilterDiffers, 409),
    (errors.UnknownAlertChannel, 404),
    (errors.UnknownAlertRule, 404),
    (errors.UnknownAlertDelivery, 404),
    (errors.AlertUrlInvalid, 422),
    (errors.AlertTargetInternal, 422),
    (errors.AlertChannelSilent, 504),
    (errors.AlertError, 502),
    (errors.BackupPlaceUnusable, 422),
    (errors.BackupError, 409),
    (errors.StoreUnavailable, 503),
)


MEDIA_TYPE: Final = "application/problem+json"

#: What the framework itself refuses, by its status. Anything else that it may say is a fault of the request.
_FRAMEWORK: Final[Mapping[int, str]] = {
    HTTPStatus.NOT_FOUND: "not_found",
    HTTPStatus.METHOD_NOT_ALLOWED: "method_not_allowed",
}


class Problem(BaseModel):
    """Why something was refused, for programs and for people, as RFC 9457 writes it."""

    type: str = Field(description="where the code is explained", examples=["/docs/problems#unknown_session"])
    title: str = Field(description="the code's sentence", examples=["No session has this id, name or number"])
    status: int = Field(description="the HTTP status", examples=[404])
    detail: str = Field(description="what is wrong this time", examples=["There is no session `office`"])
    code: str = Field(description="stable; programs decide by it", examples=["unknown_session"])
    next_step: str = Field(
        description="what to do now", examples=["List the sessions with `holdfast status`."]
    )


class ProblemResponse(JSONResponse):
    """An answer that says why not."""

    media_type = MEDIA_TYPE


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses=` of an endpoint that may refuse with these; 401, 403 and 503 are everybody's."""
    return {status: refusal(status) for status in (*statuses, 401, 403, 503)}


def refusal(status: int) -> dict[str, Any]:
    """How OpenAPI describes one status of a refusal."""
    schema = {"$ref": f"#/components/schemas/{Problem.__name__}"}
    return {"description": HTTPStatus(status).phrase, "content": {MEDIA_TYPE: {"schema": schema}}}


def status_of(error: HoldfastError) -> int:
    """The HTTP status that this error has. 500 for one that no client should ever see."""
    return next((status for kind, status in STATUS if isinstance(error, kind)), 500)


def problem_of(error: HoldfastError, status: int | None = None) -> dict[str, Any]:
    """The JSON of a refusal, the same over HTTP and over the WebSocket."""
    return {
        "type": f"/docs/problems#{error.code}",
        "title": words.of_error(error.code).sentence,
        "status": status or status_of(error),
        "detail": error.message,
        "code": error.code,
        "next_step": error.next_step,
    }


def answer_of(
    error: HoldfastError, status: int | None = None, headers: Mapping[str, str] | None = None
) -> ProblemResponse:
    """The HTTP answer of a refusal."""
    problem = problem_of(error, status)
    return ProblemResponse(problem, problem["status"], headers)


def install(app: FastAPI) -> None:
    """Let every error leave the application in the one shape."""
    app.add_exception_handler(HoldfastError, _refused)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(HTTPException, _plain)
    app.add_exception_handler(Exception, _broken)


async def _refused(request: Request, error: Exception) -> ProblemResponse:
    assert isinstance(error, HoldfastError)
    status = status_of(error)
    headers = {}
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, errors.RateLimited | errors.LoginThrottled):
        headers["Retry-After"] = str(max(1, round(error.retry_after_s)))
    if status == 500:
        _log.error("api.unexpected_refusal", code=error.code, path=request.url.path)
    return answer_of(error, status, headers)


async def _malformed(request: Request, error: Exception) -> ProblemResponse:
    assert isinstance(error, RequestValidationError)
    return answer_of(refusal_of(error.errors()[0], request.scope.get("route")), 422)


async def _plain(request: Request, error: Exception) -> ProblemResponse:
    assert isinstance(error, HTTPException)
    status = error.status_code
    code = _FRAMEWORK.get(status, errors.RequestInvalid.code)
    said = "" if status in _FRAMEWORK else str(error.detail)
    return answer_of(HoldfastError(said, code=code), status, error.headers)


async def _broken(request: Request, error: Exception) -> ProblemResponse:
    # The framework re-raises it afterwards, so that the server logs the traceback.
    return answer_of(HoldfastError(code="internal"), 500)
