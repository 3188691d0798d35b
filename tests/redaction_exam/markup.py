"""Values under names as bodies that are no JSON: forms, multipart, XML, SOAP, HTML. Returns text and content type."""

from html import escape
from urllib.parse import quote, quote_plus

from .draw import Draw
from .lookalikes import Pair
from .model import Secret

Body = tuple[str, str]
"""Text and content type."""


def _pairs(draw: Draw, secret: Secret, near: list[Pair]) -> list[Pair]:
    pairs = [(secret.key, secret.value), *near]
    draw.shuffle(pairs)
    return pairs


def form(draw: Draw, secret: Secret, near: list[Pair]) -> Body:
    """`a=b&c=d`, sometimes with brackets or dots around the names."""
    around = draw.choice(("{}", "{}", "{}", "user[{}]", "user.{}", "data[0][{}]"))
    space = draw.choice((quote, quote_plus))
    text = "&".join(f"{quote(around.format(k), safe='[]')}={space(v, safe='')}" for k, v in _pairs(draw, secret, near))
    return text, "application/x-www-form-urlencoded"


def multipart(draw: Draw, secret: Secret, near: list[Pair]) -> Body:
    """One part for each name (RFC 7578)."""
    boundary = draw.choice(("----WebKitFormBoundary", "")) + draw.hex(16)
    newline = draw.choice(("\r\n", "\r\n", "\n"))
    lines: list[str] = []
    for key, value in _pairs(draw, secret, near):
        name = draw.choice((f'name="{key}"', f'name="{key}"', f"name={key}" if key.isascii() else f'name="{key}"'))
        lines += [f"--{boundary}", f"Content-Disposition: form-data; {name}"]
        if draw.chance(0.3):
            lines.append("Content-Type: text/plain; charset=utf-8")
        lines += ["", value]
    return newline.join([*lines, f"--{boundary}--", ""]), f"multipart/form-data; boundary={boundary}"


def _element(key: str) -> bool:
    """Whether the name can be one of an element."""
    return key[0].isalpha() and all(c.isalnum() or c in "_-." for c in key)


def xml(draw: Draw, secret: Secret, near: list[Pair]) -> Body:
    """Elements, with and without a prefix, CDATA and line breaks."""
    prefix = draw.choice(("", "", "ns1:", "wsse:"))
    rows: list[str] = []
    for key, value in _pairs(draw, secret, near):
        inner = f"<![CDATA[{value}]]>" if draw.chance(0.25) and "]]>" not in value else escape(value)
        attribute = draw.choice(("", "", ' xsi:type="xsd:string"', ' Type="PasswordText"'))
        if _element(key):
            rows.append(f"<{prefix}{key}{attribute}>{inner}</{prefix}{key}>")
        else:
            rows.append(f'<entry key="{key}">{inner}</entry>')
    newline = draw.choice(("", "\n  "))
    return f'<?xml version="1.0"?>{newline}<request>{newline}{newline.join(rows)}</request>', "application/xml"


def xml_attributes(draw: Draw, secret: Secret, near: list[Pair]) -> Body:
    """`<login user="..." password="..."/>`."""
    mark = draw.choice(('"', '"', "'"))
    pairs = [
        (k if _element(k) else "password", v) for k, v in _pairs(draw, secret, near) if k == secret.key or _element(k)
    ]
    attributes = " ".join(f"{k}={mark}{escape(v)}{mark}" for k, v in pairs)
    return f"<login {attributes}/>", "text/xml"


def xml_named_fields(draw: Draw, secret: Secret, near: list[Pair]) -> Body:
    """`<field name="password">...</field>`: the name is an attribute, the value the element's text or another one."""
    tag, name = draw.choice(
        (("field", "name"), ("property", "name"), ("param", "name"), ("entry", "key"), ("string", "name"))
    )
    as_value = draw.chance(0.4)
    rows = [
        f'<{tag} {name}="{escape(k)}" value="{escape(v)}"/>'
        if as_value
        else f'<{tag} {name}="{escape(k)}">{escape(v)}</{tag}>'
        for k, v in _pairs(draw, secret, near)
    ]
    return f"<map>{''.join(rows)}</map>", "application/xml"


def xml_name_and_value(draw: Draw, secret: Secret, near: list[Pair]) -> Body:
    """XML-RPC's members, plist's keys: the name is an element of its own."""
    if draw.chance(0.5):
        row = "<member><name>{}</name><value><string>{}</string></value></member>"
        rows = "".join(row.format(escape(k), escape(v)) for k, v in _pairs(draw, secret, near))
        return (
            f"<methodCall><params><param><value><struct>{rows}</struct></value></param></params></methodCall>",
            "text/xml",
        )
    rows = "".join(f"<key>{escape(k)}</key><string>{escape(v)}</string>" for k, v in _pairs(draw, secret, near))
    return f'<plist version="1.0"><dict>{rows}</dict></plist>', "application/x-plist"


def soap(draw: Draw, secret: Secret, near: list[Pair]) -> Body:
    """An envelope, with the secret in its security header or its body."""
    inner = xml(draw, secret, near)[0].partition("?>")[2]
    place = draw.choice(("<s:Header>{}</s:Header><s:Body/>", "<s:Header/><s:Body>{}</s:Body>"))
    envelope = '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/">'
    return f"{envelope}{place.format(inner)}</s:Envelope>", "text/xml; charset=utf-8"


def html_form(draw: Draw, secret: Secret, near: list[Pair]) -> Body:
    """Inputs with their values, and meta elements."""
    rows: list[str] = []
    for key, value in _pairs(draw, secret, near):
        name, content = escape(key), escape(value)
        rows.append(
            draw.choice(
                (
                    f'<input type="hidden" name="{name}" value="{content}">',
                    f'<input name="{name}" type="text" value="{content}" />',
                    f'<input value="{content}" name="{name}">',
                    f'<meta name="{name}" content="{content}">',
                )
            )
        )
    return f"<html><body><form method=post>{''.join(rows)}</form></body></html>", "text/html; charset=utf-8"


BUILDERS = {
    "form": form,
    "multipart": multipart,
    "xml element": xml,
    "xml attribute": xml_attributes,
    "xml <field name>": xml_named_fields,
    "xml name and value": xml_name_and_value,
    "soap": soap,
    "html form": html_form,
}
