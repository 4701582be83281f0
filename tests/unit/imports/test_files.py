"""Reading files: NDJSON and CSV, line numbers of bad rows, duplicates, rows put aside by player."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from cairn.imports import files
from cairn.imports.files import Survey, Unreadable, by_player, survey, unique
from cairn.imports.rows import Row

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
HEADER = "id,player,experience,type,at,zone,duration_seconds,data\n"


def read(tmp_path: Path, content: str | bytes, name: str = "log") -> tuple[Survey, list[Row]]:
    """What a file holds, and its good rows as they come out again."""
    path, aside = tmp_path / name, tmp_path / "aside"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    aside.mkdir()
    found = survey(path, aside, NOW)
    return found, [row for _, rows in by_player(aside) for row in rows]


def test_a_csv_field_may_hold_commas_quotes_and_lines(tmp_path: Path) -> None:
    found, rows = read(
        tmp_path,
        HEADER
        + '1,ada,woods,note,2026-03-01T08:00:00Z,,,"{""text"": ""a, \\""b\\""\\nc""}"\n'
        + '2,"ada\n",woods,note,2026-03-01T09:00:00Z,,,\n'
        + "3,ada,woods,note,never,,,\n",
    )
    assert rows[0].data == {"text": 'a, "b"\nc'}
    assert rows[1].player == "ada"
    assert [(each.line, each.reason[:5]) for each in found.bad] == [(5, "at is")]


def test_bad_lines_are_told_by_number_and_the_rest_is_read(tmp_path: Path) -> None:
    good = b'{"player":"ada","experience":"woods","type":"note","at":"2026-03-01T08:00:00Z"}\n'
    found, rows = read(tmp_path, b"\xef\xbb\xbf" + good + b"\n{broken\n[1]\n\xff\xfe\n" + good.replace(b"ada", b"bea"))
    assert [row.line for row in rows] == [1, 6]
    assert [each.line for each in found.bad] == [3, 4, 5]
    assert "not JSON" in found.bad[0].reason
    assert "no JSON object" in found.bad[1].reason


def test_a_csv_row_of_another_length_or_encoding_is_bad_by_itself(tmp_path: Path) -> None:
    row = b"1,ada,woods,note,2026-03-01T08:00:00Z,,,\n"
    found, rows = read(tmp_path, HEADER.encode() + row + row[:-2] + b"\n" + row.replace(b"ada", b"\xe9va") + row)
    assert [row.line for row in rows] == [2, 5]
    assert [(each.line, each.reason.split(":")[0]) for each in found.bad] == [
        (3, "the row has 7 fields, the header 8"),
        (4, "the line is not UTF-8"),
    ]


def test_a_quote_that_is_not_doubled_makes_its_row_bad(tmp_path: Path) -> None:
    row = "1,ada,woods,note,2026-03-01T08:00:00Z,,,\n"
    found, rows = read(tmp_path, HEADER + '1,"a"d"a",woods,note,2026-03-01T08:00:00Z,,,\n' + row)
    assert [each.line for each in found.bad] == [2]
    assert [row.line for row in rows] == [3]


def test_a_csv_without_the_columns_that_every_row_needs_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="lacks type, at"):
        read(tmp_path, "player,experience\nada,woods\n")


def test_a_json_array_is_refused_with_the_way_to_change_it(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match=r"jq -c '\.\[\]'"):
        read(tmp_path, '[{"player": "ada"}]')


def test_fields_that_mean_nothing_are_named(tmp_path: Path) -> None:
    found, _ = read(
        tmp_path, '{"player":"ada","experience":"w","type":"n","at":"2026-03-01T08:00:00Z","durationSec":9}'
    )
    assert found.ignored == {"durationSec"}


def test_an_empty_file_holds_nothing(tmp_path: Path) -> None:
    found, rows = read(tmp_path, "", "log.ndjson")
    assert (found.rows, found.bad, rows) == (0, [], [])


def test_rows_come_out_of_their_buckets_as_they_went_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "BUCKET_BYTES", 500)
    lines = [
        f'{{"player":"p{n % 7}","experience":"w","type":"n","at":"2026-03-01T08:00:{n:02}Z","data":{{"n":{n}}}}}'
        for n in range(40)
    ]
    found, rows = read(tmp_path, "\n".join(lines))
    assert len(list((tmp_path / "aside").iterdir())) > 3
    assert sorted(row.line for row in rows) == list(range(1, 41))
    assert all(row.data == {"n": row.line - 1} and row.player == f"p{(row.line - 1) % 7}" for row in rows)
    assert (found.rows, len(found.players)) == (40, 7)


def row(line: int, at: int, cause: str, content: str | None = None) -> Row:
    return Row(line, "ada", "woods", "note", content, at, "UTC", 0, {}, cause)


def test_a_row_that_stands_twice_counts_once_and_is_reported() -> None:
    rows, duplicates = unique([row(1, 5, "a"), row(2, 5, "b"), row(3, 5, "a"), row(4, 3, "b", "x")])
    assert [each.line for each in rows] == [1, 2]
    assert [(each.line, each.reason.split(",")[0]) for each in duplicates] == [
        (3, "the same row as line 1"),
        (4, "the same id as line 2"),
    ]


def test_rows_are_played_in_order_of_time_and_those_of_one_instant_as_they_stand() -> None:
    rows, _ = unique([row(1, 5, "a"), row(2, 3, "b"), row(3, 5, "c")])
    assert [each.line for each in rows] == [2, 1, 3]
