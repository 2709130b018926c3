"""Reads messages with Python's email package, and prints as JSON what it finds.

Takes file names, and prints one line for each. Nothing is interpreted beyond what the package does by itself: its default
policy decodes addresses, dates and encoded words.
"""

import base64
import json
import sys
from email import message_from_binary_file, policy
from email.headerregistry import HeaderRegistry, UniqueAddressHeader

# The one field of addresses that the package takes for plain text.
REGISTRY = HeaderRegistry()
REGISTRY.map_to_type("disposition-notification-to", UniqueAddressHeader)
POLICY = policy.default.clone(header_factory=REGISTRY)


def field(name, value):
    if hasattr(value, "groups"):
        return [name.lower(), [group(one) for one in value.groups]]
    if hasattr(value, "datetime"):
        return [name.lower(), value.datetime.isoformat()]
    return [name.lower(), str(value)]


def group(one):
    members = [mailbox(member) for member in one.addresses]
    return members[0] if one.display_name is None else {"name": one.display_name, "members": members}


def mailbox(one):
    return {"name": one.display_name, "address": one.addr_spec}


def tree(part):
    inside = [tree(one) for one in part.get_payload()] if part.is_multipart() else []
    return part.get_content_type() + (f"({' '.join(inside)})" if inside else "")


def leaves(part, related=False):
    """The parts that hold no others, and whether they lie beside the HTML that shows them."""
    if part.get_content_maintype() != "multipart":
        yield part, related
        return
    parts = part.get_payload()
    for at, one in enumerate(parts):
        yield from leaves(one, related or (part.get_content_subtype() == "related" and at > 0))


def attachment(part, related):
    view = {
        "type": part.get_content_type(),
        # Not get_filename(): it takes off quotation marks and blanks that belong to the name.
        "filename": part["content-disposition"].params.get("filename", "") if "content-disposition" in part else "",
        "disposition": part.get_content_disposition() or "",
        "contentId": str(part.get("content-id", "")),
        "description": str(part.get("content-description", "")),
        "related": related and "content-id" in part,
    }
    if part.get_content_type() == "message/rfc822":
        return {**view, "message": read(part.get_payload(0))}
    return {**view, "content": base64.b64encode(part.get_payload(decode=True)).decode()}


def read(message):
    texts = {"text/plain": "", "text/html": ""}
    attachments = []
    for part, related in leaves(message):
        kind = part.get_content_type()
        if kind in texts and part.get_content_disposition() is None:
            texts[kind] = part.get_content()
        else:
            attachments.append(attachment(part, related))
    return {
        "fields": [field(name, value) for name, value in message.items()],
        "tree": tree(message),
        "text": texts["text/plain"],
        "html": texts["text/html"],
        "attachments": attachments,
        "defects": [str(one) for part in message.walk() for one in part.defects],
    }


for path in sys.argv[1:]:
    with open(path, "rb") as file:
        print(json.dumps(read(message_from_binary_file(file, policy=POLICY))))
