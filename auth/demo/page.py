"""The page on which one chooses whom to be. Plain HTML: no script, no image, no font."""

import base64
from collections.abc import Iterable, Mapping
from hashlib import sha256
from html import escape

from auth.demo.people import Subject
from ehr.access import Role

ROLE_NAMES = {
    Role.CLINICIAN: "Nhân viên y tế",
    Role.ADMIN: "Quản trị trạm",
    Role.ANALYST: "Phân tích số liệu thành phố",
    Role.AUDITOR: "Kiểm tra nhật ký truy cập",
}
_STYLE = (
    "body{font:1.125rem/1.5 system-ui,sans-serif;max-width:40rem;margin:0 auto;padding:1.5rem;"
    "color:#1a1a1a;background:#fff}"
    "ul{list-style:none;padding:0}li{margin:.5rem 0}"
    "button{font:inherit;width:100%;min-height:3rem;padding:.6rem 1rem;text-align:left;"
    "background:#fff;color:inherit;border:2px solid #00574b;border-radius:.4rem;cursor:pointer}"
    "button:hover{background:#e6f2f0}"
    "button:focus-visible,input:focus-visible{outline:3px solid #b34700;outline-offset:2px}"
    "small{display:block;color:#444;font-size:1rem}"
    "input{font:inherit;min-height:3rem;width:100%;box-sizing:border-box;padding:.5rem;"
    "border:2px solid #444;border-radius:.4rem}"
)
_HASH = base64.b64encode(sha256(_STYLE.encode()).digest()).decode()
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_HASH}'; form-action 'self';"
        " frame-ancestors 'none'; base-uri 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def choose(
    people: Iterable[Subject],
    kept: Mapping[str, str],
    names: Mapping[str, str],
    *,
    asked: str,
    others: int,
) -> str:
    """The list of people; `kept` is the request to carry on, `names` group → words."""
    hidden = "".join(_hidden(name, value) for name, value in kept.items())
    items = "".join(_person(each, hidden, names) for each in people)
    found = f"<ul>{items}</ul>" if items else "<p role=status>Không tìm thấy ai.</p>"
    rest = f"<p>Còn {others} người khác: tìm theo tên, tài khoản hoặc phường xã.</p>"
    return _page(
        "Chọn người đăng nhập",
        "<p>Đây là bản dùng thử trên máy này: không cần mật khẩu, và mọi cư dân đều là giả.</p>"
        f"<form method=get role=search>{hidden}"
        "<label for=q>Tìm người</label>"
        f'<input id=q name=q value="{escape(asked)}" autocomplete=off></form>{found}'
        f"{rest if others else ''}",
    )


def refused(reason: str) -> str:
    """A page that says why a request to log in cannot be carried on."""
    return _page("Không thể đăng nhập", f"<p role=alert>{escape(reason)}</p>")


def _person(subject: Subject, hidden: str, names: Mapping[str, str]) -> str:
    roles = ", ".join(
        ROLE_NAMES.get(Role(role), role) for role in subject.roles if role in ROLE_NAMES
    )
    places = ", ".join(names.get(group, group) for group in subject.groups)
    about = escape(" · ".join(part for part in (roles, places, subject.login) if part))
    return (
        f"<li><form method=post>{hidden}{_hidden('login', subject.login)}"
        f"<button type=submit>{escape(subject.account.name)} <small>{about}</small></button>"
        "</form></li>"
    )


def _hidden(name: str, value: str) -> str:
    return f'<input type=hidden name="{escape(name)}" value="{escape(value)}">'


def _page(title: str, body: str) -> str:
    return (
        "<!doctype html><html lang=vi><meta charset=utf-8>"
        "<meta name=viewport content='width=device-width,initial-scale=1'>"
        f"<title>{title} · Trạm</title><style>{_STYLE}</style>"
        f"<body><main><h1>{title}</h1>{body}</main></body></html>"
    )
