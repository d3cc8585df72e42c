# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""What drm_info tells of a DRM device, as lines that are the same in each run: what it offers, without the numbers of
its objects, what is shown at the moment, and what a screen's EDID brings."""

# As the kernel's interface numbers them.
_KINDS = {2: "range", 8: "enum", 16: "blob", 32: "bitmask", 64: "object", 128: "signed range"}
_OBJECTS = {0xfbfbfbfb: "framebuffer", 0xcccccccc: "CRTC", 0xc0c0c0c0: "connector"}
_STATES = {1: "connected", 2: "disconnected", 3: "unknown"}
_ENCODERS = {0: "none", 5: "virtual"}
_CONNECTORS = {0: "unknown", 15: "virtual"}


def lines(card):
    """The output of "drm_info -j" for one device."""
    driver = card["driver"]
    version = driver["version"]
    out = [f"driver: {driver['name']}, {driver['desc']}, {version['major']}.{version['minor']}.{version['patch']}"
           f" of {version['date']}",
           f"bus known to libdrm: {_yes(card['device'])}",
           "accepts from clients: " + " ".join(n for n, yes in driver["client_caps"].items() if yes)]
    out += [f"capability {name}: {value}" for name, value in driver["caps"].items()]
    size = card["fb_size"]
    out.append("framebuffers: {min_width}x{min_height} to {max_width}x{max_height}".format(**size))
    for index, conn in enumerate(card["connectors"]):
        out += _connector(card, index, conn)
    for index, enc in enumerate(card["encoders"]):
        out.append(f"encoder {index}: {_name(_ENCODERS, enc['type'])}, CRTCs {enc['possible_crtcs']:#b},"
                   f" clones {enc['possible_clones']:#b}")
    for index, crtc in enumerate(card["crtcs"]):
        out.append(f"CRTC {index}: gamma {crtc['gamma_size']}")
        out += _properties(crtc)
    for index, plane in enumerate(card["planes"]):
        out.append(f"plane {index}: CRTCs {plane['possible_crtcs']:#b}, formats"
                   f" {_formats(plane['formats'])}")
        out += _properties(plane)
    return out


def _yes(what):
    return "yes" if what else "no"


def _name(names, number):
    return names.get(number, str(number))


def _formats(numbers):
    return " ".join(n.to_bytes(4, "little").decode("ascii", "replace") for n in numbers)


def _connector(card, index, conn):
    encoders = [e["id"] for e in card["encoders"]]
    modes = conn["modes"]
    first = "none" if not modes else "{hdisplay}x{vdisplay} at {vrefresh}".format(**modes[0])
    return [f"connector {index}: {_name(_CONNECTORS, conn['type'])}, {_name(_STATES, conn['status'])},"
            f" subpixels {conn['subpixel']}, encoders {' '.join(str(encoders.index(e)) for e in conn['encoders'])}",
            f"  modes: {first}{', others' * (len(modes) > 1)}"] + _properties(conn)


def _properties(thing):
    """One line for each: its kind, what it may be, and what it is where that does not change by itself."""
    out = []
    for name, prop in thing["properties"].items():
        words = [_name(_KINDS, prop["type"])]
        words += [flag for flag in ("atomic", "immutable") if prop[flag]]
        spec = prop["spec"]
        if isinstance(spec, list):
            words.append(" ".join(f"{s['name']}={s['value']}" for s in spec))
        elif isinstance(spec, dict):
            words.append(f"{spec['min']} to {spec['max']}")
        elif spec is not None:
            words.append(_name(_OBJECTS, spec))
        out.append(f"  {name}: {', '.join(words)}{_value(name, prop)}")
    return out


def _value(name, prop):
    if name == "IN_FORMATS":
        return "".join(f"; modifier {m['modifier']:#x}: {_formats(m['formats'])}" for m in prop["data"])
    if prop["type"] == 8:
        return f"; now {prop['value']}"
    return ""
