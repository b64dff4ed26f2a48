"""Abstract containers of the library: which special methods of an instance their mixin methods call."""
from __future__ import annotations

_SEQUENCE = {
    "index": ("__len__", "__getitem__"), "count": ("__getitem__",), "__iter__": ("__getitem__",),
    "__contains__": ("__getitem__",), "__reversed__": ("__len__", "__getitem__"),
}  # fmt: skip
_MUTABLE_SEQUENCE = {
    **_SEQUENCE,
    "append": ("__len__", "insert"), "extend": ("__len__", "insert"), "pop": ("__getitem__", "__delitem__"),
    "remove": ("__getitem__", "__delitem__"), "clear": ("__getitem__", "__delitem__"),
    "reverse": ("__len__", "__getitem__", "__setitem__"),
}  # fmt: skip
_MAPPING = {
    "get": ("__getitem__",), "__contains__": ("__getitem__",), "__eq__": ("__iter__", "__getitem__"),
}  # fmt: skip
_MUTABLE_MAPPING = {
    **_MAPPING,
    "pop": ("__getitem__", "__delitem__"), "popitem": ("__iter__", "__getitem__", "__delitem__"),
    "clear": ("__iter__", "__getitem__", "__delitem__"), "update": ("__setitem__",),
    "setdefault": ("__getitem__", "__setitem__"),
}  # fmt: skip
_SET = {"isdisjoint": ("__contains__",), "__eq__": ("__len__", "__contains__"), "__le__": ("__len__", "__contains__")}
_MUTABLE_SET = {
    **_SET,
    "remove": ("__contains__", "discard"), "pop": ("__iter__", "discard"), "clear": ("__iter__", "discard"),
    "__ior__": ("add",), "__isub__": ("discard",),
}  # fmt: skip

MIXINS: dict[str, dict[str, tuple[str, ...]]] = {
    "Sequence": _SEQUENCE, "MutableSequence": _MUTABLE_SEQUENCE, "UserList": {},
    "Mapping": _MAPPING, "MutableMapping": _MUTABLE_MAPPING, "UserDict": _MUTABLE_MAPPING,
    "Set": _SET, "MutableSet": _MUTABLE_SET, "AbstractSet": _SET,
}  # fmt: skip
"""By the last name of the abstract class and the method that is inherited: what is called on the instance."""
