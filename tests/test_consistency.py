"""What holds for the code as a whole: imports run one way, rights are used, templates resolve, texts are complete."""

import ast
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib.staticfiles import finders
from django.db import connection
from django.template.loader import get_template
from django.urls import get_resolver

from organisations.rights import RIGHTS
from tests.addresses import all_addresses, organisation_addresses

ROOT = Path(__file__).parent.parent
#: From the bottom up: an app imports only those before it.
APPS = ("fundtrack", "organisations", "meetings", "funds", "projects", "reporting")
LONGEST_FILE = 450
LONGEST_FUNCTION = 70
#: Longer with a reason: the description of a chart is one value.
LONGER_FUNCTIONS = {"use_chart"}

SOURCES = sorted(path for app in APPS for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts)
TEMPLATES = sorted((ROOT / "templates").rglob("*.html")) + sorted((ROOT / "templates").rglob("*.txt"))


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def imports(tree: ast.AST) -> Iterator[str]:
    """First part of every absolute import."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module.split(".")[0]


def trees() -> Iterator[tuple[Path, ast.Module]]:
    for path in SOURCES:
        yield path, ast.parse(path.read_text(encoding="utf-8"))


def test_imports_run_one_way() -> None:
    wrong = []
    for path, tree in trees():
        app = path.relative_to(ROOT).parts[0]
        above = set(APPS[APPS.index(app) + 1 :])
        wrong += [f"{name_of(path)} imports {name}" for name in sorted(above & set(imports(tree)))]
    assert not wrong


def test_no_float() -> None:
    """Money never passes through a float; charts and PDFs have no need of one of ours either."""
    wrong = [
        f"{name_of(path)}:{node.lineno}"
        for path, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "float"
    ]
    assert not wrong


def test_files_and_functions_can_be_read_at_once() -> None:
    wrong = []
    for path, tree in trees():
        lines = path.read_text(encoding="utf-8").count("\n")
        wrong += [f"{name_of(path)} has {lines} lines"] if lines > LONGEST_FILE else []
        wrong += [
            f"{name_of(path)}: {node.name} has {length_of(node)} lines"
            for node in ast.walk(tree)
            if isinstance(node, ast.FunctionDef)
            and length_of(node) > LONGEST_FUNCTION
            and node.name not in LONGER_FUNCTIONS
        ]
    assert not wrong


def length_of(function: ast.FunctionDef) -> int:
    """Lines of a function without its docstring."""
    body = function.body[1:] if ast.get_docstring(function) and function.body[1:] else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1


def test_queries_reports_and_actions_do_not_read_the_clock() -> None:
    clock = re.compile(r"timezone\.(?:now|localdate|localtime)\(\)|date\.today\(\)|datetime\.now\(")
    wrong = [
        name_of(path)
        for path in SOURCES
        if {"actions", "queries", "reports", "actions.py", "queries.py"} & set(path.relative_to(ROOT).parts)
        and clock.search(path.read_text(encoding="utf-8"))
    ]
    assert not wrong, "pass the time in"


# --- rights


def text_of_sources() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in SOURCES if path.name != "rights.py")


def test_every_right_that_is_asked_for_is_in_the_table() -> None:
    asked = set(re.findall(r'(?:\.may|\.require|organisation_view|members_who_may)\(\s*"(\w+)"', text_of_sources()))
    assert asked <= set(RIGHTS)
    assert {address.permission for address in organisation_addresses()} <= set(RIGHTS)


def test_every_right_of_the_table_is_used() -> None:
    text = text_of_sources()
    unused = [permission for permission in RIGHTS if f'"{permission}"' not in text]
    assert not unused


def test_every_action_asks_for_a_right_or_belongs_to_the_person() -> None:
    """A write with ``by`` asks what ``by`` may; the others belong to the operator or to the person."""
    for path in SOURCES:
        if "actions" not in path.relative_to(ROOT).parts and path.name != "actions.py":
            continue
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if not isinstance(node, ast.FunctionDef) or not any(
                isinstance(decorator, ast.Name) and decorator.id == "action" for decorator in node.decorator_list
            ):
                continue
            if "by" in {argument.arg for argument in node.args.kwonlyargs}:
                source = ast.unparse(node)
                assert "by.require(" in source or "by=by" in source, f"{name_of(path)}: {node.name}"


# --- templates


def without_comments(path: Path) -> str:
    text = path.read_text(encoding="utf-8")
    return re.sub(r"{% comment %}.*?{% endcomment %}|{#.*?#}", "", text, flags=re.DOTALL)


def named(pattern: str) -> Iterator[tuple[str, str]]:
    """(template, name) of everything that the templates name like this."""
    for path in TEMPLATES:
        for name in re.findall(pattern, without_comments(path)):
            yield name_of(path), name


def test_templates_compile() -> None:
    for path in TEMPLATES:
        get_template(str(path.relative_to(ROOT / "templates")))


def test_names_of_addresses_resolve() -> None:
    known = {address.name for address in all_addresses()}
    assert not [use for use in named(r"{%\s*url\s+['\"]([\w-]+)['\"]") if use[1] not in known]


def test_static_files_exist() -> None:
    assert not [use for use in named(r"{%\s*static\s+['\"]([^'\"]+)['\"]") if not finders.find(use[1])]


def test_included_templates_exist() -> None:
    for _path, name in named(r"{%\s*(?:include|extends)\s+['\"]([^'\"]+)['\"]"):
        get_template(name)


def test_every_template_is_used() -> None:
    """A template that nobody names is left over; those of the sign-in package and of errors are found by name."""
    sources = [*SOURCES, *TEMPLATES, *(ROOT / "tests").rglob("*.py")]
    text = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    found_by_name = re.compile(r"(?:account|allauth|mfa|django)/|\d{3}\w*\.html|components/styleguide\.html")
    # such as f"reporting/{kind}/_body.html"
    chosen_at_run_time = tuple(re.findall(r'f"([\w/]+/)\{', text))
    names = [str(path.relative_to(ROOT / "templates")) for path in TEMPLATES]
    assert not [
        name
        for name in names
        if not found_by_name.match(name) and name not in text and not name.startswith(chosen_at_run_time)
    ]


def test_names_of_addresses_stand_once() -> None:
    names = [
        (address.name, address.arguments)
        for address in all_addresses()
        if address.name and "accounts/" not in str(address)
    ]
    assert len(names) == len(set(names))
    assert get_resolver().namespace_dict == {}


# --- texts


@pytest.mark.parametrize("language", ["fi", "sv"])
def test_catalogues_are_complete(language: str) -> None:
    catalogue = ROOT / "locale" / language / "LC_MESSAGES" / "django.po"
    assert catalogue.exists()
    for selection in ("--untranslated", "--only-fuzzy"):
        left = subprocess.run(
            ["msgattrib", selection, "--no-obsolete", str(catalogue)], capture_output=True, encoding="utf-8", check=True
        ).stdout
        assert re.findall(r'^msgid "(.+)"', left, re.MULTILINE) == [], selection


@pytest.mark.parametrize("language", ["fi", "sv"])
def test_catalogues_have_every_text(language: str, tmp_path: Path) -> None:
    """Collected anew in a copy, the texts are those of the catalogue."""
    copy = tmp_path / "copy"
    # The collector writes beside what it reads.
    for name in (*APPS, "templates"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    target = copy / "locale" / language / "LC_MESSAGES"
    target.mkdir(parents=True)
    options = ["--no-location", "--no-wrap", "--no-obsolete"]
    subprocess.run(
        [sys.executable, "-m", "django", "makemessages", "--locale", language, *options],
        cwd=copy,
        capture_output=True,
        check=True,
        env={"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
    )
    catalogue = ROOT / "locale" / language / "LC_MESSAGES" / "django.po"
    collected, known = messages(target / "django.po"), messages(catalogue)
    assert len(collected) > len(known) / 2 and not collected - known


def messages(catalogue: Path) -> set[tuple[str, str]]:
    """(context, text) of every entry."""
    flat = subprocess.run(
        ["msgcat", "--no-wrap", "--no-location", str(catalogue)], capture_output=True, encoding="utf-8", check=True
    ).stdout
    found = set()
    for block in flat.split("\n\n"):
        context = re.search(r'^msgctxt "(.*)"$', block, re.MULTILINE)
        text = re.search(r'^msgid ((?:".*"\n?)+)', block, re.MULTILINE)
        if text:
            joined = "".join(re.findall(r'"(.*)"', text[1]))
            found.add((context[1] if context else "", joined))
    return found


# --- the database's own columns


@pytest.mark.django_db
def test_every_amount_date_and_moment_is_finite() -> None:
    """``FiniteColumns`` stands in the last migration that adds such a column."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT c.table_name || '.' || c.column_name FROM information_schema.columns c
            WHERE c.table_schema = current_schema()
                AND split_part(c.table_name, '_', 1) = ANY(%s)
                AND c.data_type IN ('numeric', 'date', 'timestamp with time zone')
                AND NOT EXISTS (
                    SELECT 1 FROM pg_constraint k
                    JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = ANY(k.conkey)
                    WHERE k.conrelid = format('%%I', c.table_name)::regclass AND k.conname LIKE '%%\\_finite'
                        AND a.attname = c.column_name)
            """,
            [["funds", "meetings", "organisations", "projects", "reporting"]],
        )
        assert cursor.fetchall() == []


def test_every_row_that_may_change_keeps_its_key() -> None:
    """Another id under the rows that point to it would change them without touching one."""
    for model in apps.get_models():
        if model._meta.app_label not in ("funds", "meetings", "organisations", "projects", "reporting"):
            continue
        if hasattr(model, "pgh_tracked_model"):
            continue
        names = {trigger.name for trigger in getattr(model._meta, "triggers", [])}
        kept = any(name.endswith(("_append_only", "_keeps_identity", "month_changes_in_order")) for name in names)
        assert kept, f"{model.__name__} needs append_only or keeps_identity"
