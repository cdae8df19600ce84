"""A world's definitions written as the Python file that ``apply`` is given, in the spellings that users have for the same thing."""

from __future__ import annotations

import random

from values import INFINITE, PYTHON_TYPES, as_date, as_datetime, duration_text
from world import NO_DEFAULT, Feature, FeatureSet, Relation, World


def definition_file(generator: random.Random, world: World) -> str:
    """The world's definitions as the Python file that a user would write."""
    lines = ["from __future__ import annotations"] if generator.random() < 0.5 else []
    lines += ["import datetime", "", "from featuregrid import FeatureTime, Primary, feature, features, has_one", ""]
    classes = list(world.sets.values())
    generator.shuffle(classes)
    for feature_set in classes:
        lines += ["", *class_lines(generator, world, feature_set), ""]
    return "\n".join(lines)


def class_lines(generator: random.Random, world: World, feature_set: FeatureSet) -> list[str]:
    arguments = [] if feature_set.class_name.lower() == feature_set.name else [f"name={feature_set.name!r}"]
    arguments += duration_arguments(generator, feature_set)
    lines = [f"@features({', '.join(arguments)})" if arguments else "@features", f"class {feature_set.class_name}:"]
    lines += [f"    {column}: Primary[{PYTHON_TYPES[kind]}]" for column, kind in feature_set.key]
    body = [feature_line(generator, feature_set, one) for one in feature_set.features]
    for relation in feature_set.relations:
        body.append(relation_line(generator, world, feature_set, relation))
    generator.shuffle(body)
    return lines + body


def feature_line(generator: random.Random, feature_set: FeatureSet, feature: Feature) -> str:
    annotation = feature.target or PYTHON_TYPES[feature.type]
    if feature.name == feature_set.time:
        annotation = "FeatureTime"
    elif feature.nullable:
        annotation += " | None"
    if feature.target:
        annotation = f'"{annotation}"'
    arguments = duration_arguments(generator, feature)
    if feature.default is not NO_DEFAULT:
        literal = default_literal(feature)
        if not arguments and generator.random() < 0.4:
            return f"    {feature.name}: {annotation} = {literal}"
        arguments.append(f"default={literal}")
    return f"    {feature.name}: {annotation}" + (f" = feature({', '.join(arguments)})" if arguments else "")


def default_literal(feature: Feature) -> str:
    if feature.type == "timestamp":
        moment = as_datetime(feature.default)
        return (
            f"datetime.datetime({moment.year}, {moment.month}, {moment.day}, {moment.hour}, {moment.minute}, {moment.second}, "
            f"{moment.microsecond}, datetime.timezone.utc)"
        )
    if feature.type == "date":
        day = as_date(feature.default)
        return f"datetime.date({day.year}, {day.month}, {day.day})"
    return repr(feature.default)


def duration_arguments(generator: random.Random, declared: Feature | FeatureSet) -> list[str]:
    arguments = []
    for name in ("offline_ttl", "max_staleness"):
        span = getattr(declared, name)
        if span is None:
            continue
        text = duration_text(span)
        if text is None or (span < INFINITE and generator.random() < 0.3):
            arguments.append(f"{name}=datetime.timedelta(microseconds={span})")
        else:
            arguments.append(f'{name}="{text}"')
    return arguments


def relation_line(generator: random.Random, world: World, feature_set: FeatureSet, relation: Relation) -> str:
    """Plain when the foreign keys alone tell which links are meant, else (and at times anyway) with has_one."""
    target = world.sets[relation.target]
    links = [feature_set.feature(link) for _, link in relation.on]
    declared_foreign = all(link.target for link in links)
    line = f'    {relation.name}: "{target.class_name}"'
    if declared_foreign and generator.random() < 0.6:
        return line
    terms = []
    for column, link in relation.on:
        sides = [f"{feature_set.class_name}.{link}", f"{target.class_name}.{column}"]
        if generator.random() < 0.3:
            sides.reverse()
        terms.append(" == ".join(sides))
    condition = " & ".join(f"({term})" for term in terms) if len(terms) > 1 else terms[0]
    return f"{line} = has_one(lambda: {condition})"
