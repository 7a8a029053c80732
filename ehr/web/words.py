"""An error as ward staff read it: status, one Vietnamese sentence that says what to do, the field.

The stable codes are those of docs/api/care.md ("Faults"); texts of the server never pass through.
"""

import re
from typing import Any

from ehr import errors
from ehr.errors import EhrError, Issue
from ehr.terminology.lookup import vital_signs

STATUSES: dict[type[EhrError], int] = {
    errors.InvalidJson: 400,
    errors.InvalidQuery: 400,
    errors.NotKnown: 401,
    errors.Forbidden: 403,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.Gone: 410,
    errors.VersionMismatch: 412,
    errors.TooLarge: 413,
    errors.Invalid: 422,
    errors.Unprocessable: 422,
    errors.TooCostly: 422,
    errors.VersionRequired: 428,
    errors.Throttled: 429,
    errors.NotSupported: 501,
    errors.Unavailable: 503,
}
RETRY_AFTER = {503: "5"}
"""Seconds; the app's outbox waits at least as long."""

UNEXPECTED = "Có lỗi ngoài dự kiến. Thử lại; nếu vẫn lỗi, báo quản trị."

_BY_CLASS: dict[type[EhrError], str] = {
    errors.InvalidJson: "Yêu cầu không đọc được.",
    errors.NotKnown: "Phiên làm việc đã hết. Hãy đăng nhập lại.",
    errors.Forbidden: "Tài khoản này không được làm việc đó.",
    errors.NotFound: "Không tìm thấy, hoặc không thuộc phường, xã của tài khoản này.",
    errors.Gone: "Bản ghi này đã bị xóa.",
    errors.Duplicate: "Bản ghi này đã có.",
    errors.Conflict: "Có người vừa ghi cùng lúc. Thử lại.",
    errors.VersionMismatch: "Hồ sơ vừa được người khác sửa. Tải lại rồi sửa tiếp.",
    errors.TooLarge: "Nội dung quá lớn.",
    errors.TooCostly: "Yêu cầu quá rộng. Thu hẹp lại.",
    errors.Invalid: "Yêu cầu không đúng dạng.",
    errors.Unprocessable: "Nội dung không hợp lệ.",
    errors.Throttled: "Quá nhiều yêu cầu. Chờ giây lát rồi thử lại.",
    errors.NotSupported: "Chưa hỗ trợ.",
    errors.Unavailable: "Máy chủ tạm thời không trả lời. Thử lại sau giây lát.",
}

_BY_DETAILS = {
    "required": "cần nhập.",
    "structure": "sai dạng.",
    "malformed": "chưa đúng dạng.",
    "too-long": "quá dài.",
    "too-many": "quá nhiều.",
    "out-of-range": "ngoài khoảng có thể.",
    "in-the-future": "không được ở tương lai.",
    "inconsistent": "không khớp với ô khác.",
    "unknown-code": "mã không có trong danh mục.",
    "too-coarse": "mã này còn mã chi tiết hơn, hãy chọn mã chi tiết.",
    "never-main": "mã này không được làm chẩn đoán chính.",
    "several-main": "chỉ được một chẩn đoán chính.",
    "wrong-sex": "không dùng cho giới tính này.",
    "duplicate": "bị trùng.",
    "choose-ward": "hãy chọn nơi khám.",
}
_WHOLE = {
    "stale-page": "Đã đăng nhập lại ở cửa sổ khác. Hãy tải lại trang này.",
    "not-your-ward": "Tài khoản này không làm việc ở phường, xã đó.",
    "key-reused": "Lần gửi trước đã tới máy chủ và đã được lưu; những gì sửa sau đó chưa được lưu.",
    "already-here": "Người này đã có hồ sơ tại đây.",
    "registered-elsewhere": "Người này đã có hồ sơ ở phường, xã khác. Hãy đề nghị chuyển hồ sơ.",
}
_LABELS = {
    "name": "Họ và tên",
    "sex": "Giới tính",
    "birthDate": "Ngày sinh",
    "cccd": "Số CCCD",
    "bhyt": "Mã số BHYT",
    "phone": "Điện thoại",
    "ward": "Phường, xã",
    "address": "Địa chỉ",
    "ethnicity": "Dân tộc",
    "motherName": "Họ tên mẹ",
    "reason": "Lý do khám",
    "start": "Giờ khám",
    "diagnoses": "Chẩn đoán",
    "drugs": "Thuốc",
    "advice": "Lời dặn",
    "nextDate": "Ngày hẹn",
}
_ITEM = re.compile(r"(\w+)\[(\d+)\]")


def status_of(error: EhrError) -> int:
    """The HTTP status of an error: that of its nearest class."""
    return next((STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES), 500)


def refusal(error: EhrError) -> dict[str, Any]:
    """`{error, message, field?, faults?}`: all faults when there are several."""
    faults = [
        {"field": issue.expression, "message": _sentence(error, issue)} for issue in error.issues
    ]
    first = error.issues[0]
    found: dict[str, Any] = {"error": first.details or first.code, "message": faults[0]["message"]}
    if first.expression:
        found["field"] = first.expression
    if len(faults) > 1:
        found["faults"] = faults
    return found


def _sentence(error: EhrError, issue: Issue) -> str:
    details = issue.details or ""
    if details in _WHOLE:
        return _WHOLE[details]
    if details in _BY_DETAILS and issue.expression:
        return f"{_label(issue.expression)}: {_BY_DETAILS[details]}"
    return next((_BY_CLASS[kind] for kind in type(error).__mro__ if kind in _BY_CLASS), UNEXPECTED)


def _label(path: str) -> str:
    """What the form calls a field: "vitals.pulse" → "Mạch", "drugs[1].days" → "Thuốc 2"."""
    first, _, rest = path.partition(".")
    if first == "vitals" and rest in vital_signs():
        return vital_signs()[rest].vi
    item = _ITEM.fullmatch(first)
    if item:
        return f"{_LABELS.get(item[1], item[1])} {int(item[2]) + 1}"
    return _LABELS.get(first, path)
