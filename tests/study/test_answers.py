"""A file of answers that was edited is refused, with its rows."""

import csv
import io

import pytest
from planted_study import answer_all, make_study

from colorkeras.console.errors import UserError
from colorkeras.study.answers import HEADER, check_of, read_answers
from colorkeras.study.study_folder import ANSWERS, read_study


@pytest.fixture(scope="module")
def answered(tmp_path_factory):
    folder = tmp_path_factory.mktemp("study")
    study = make_study(folder, "--trials", "8", "--practice", "2", "--raters", "4")
    answer_all(study, {"A": 0.3, "B": 0.1}, 3)
    return study


@pytest.fixture
def edited(answered, tmp_path):
    """Call with a function that edits the rows; returns the message."""

    def read(edit, chained=False):
        lines = (answered.folder / ANSWERS).read_text().splitlines()
        rows = [dict(zip(HEADER, line, strict=True)) for line in csv.reader(lines[1:])]
        rows = edit(rows) or rows
        if chained:
            previous = answered.id
            for row in rows:
                row["check"] = previous = check_of(previous, row)
        text = io.StringIO()
        writer = csv.DictWriter(text, HEADER, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        path = tmp_path / "edited.csv"
        path.write_text(text.getvalue())
        with pytest.raises(UserError) as error:
            read_answers([path], answered)
        return str(error.value)

    return read


def test_as_the_server_wrote_it(answered):
    answers = read_answers([answered.folder / ANSWERS], answered)
    assert len(answers) == 3 * len(answered.session(0))
    assert {answer.shown_ms for answer in answers} == {(1000, 1000)}


def change(number, name, value):
    def edit(rows):
        rows[number][name] = value

    return edit


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("trial", "999-000", "row 5: trial '999-000' is not in this study"),
        ("answer", "middle", "row 5: answer 'middle' is none of this form's"),
        ("response_ms", "-4", "row 5: response_ms '-4' is no time from 0 to 86400000"),
        ("response_ms", "86400001", "row 5: response_ms '86400001' is no time"),
        ("response_ms", "nan", "row 5: response_ms 'nan' is no time"),
        ("shown_ms", "1000", "row 5: shown_ms '1000' is not 2 times"),
        ("load", "0", "row 5: load '0' is no number from 1"),
        ("received", "yesterday", "row 5: received 'yesterday' is no date and time"),
        ("rater", "", "row 5: has no rater"),
        ("study", "123456789abc", "row 5: is of study '123456789abc'; this one is "),
    ],
)
def test_values_that_no_server_writes(edited, name, value, expected):
    assert expected in edited(change(3, name, value), chained=True)


def test_a_changed_answer_that_is_possible(edited):
    def turn(rows):
        rows[6]["answer"] = {"left": "right", "right": "left"}[rows[6]["answer"]]

    assert "row 8: is not as the server wrote it" in edited(turn)


def test_a_removed_row(edited):
    assert "row 5: is not as the server wrote it" in edited(lambda rows: rows[:3] + rows[4:])


def test_the_same_trial_twice(edited):
    message = edited(lambda rows: [*rows, dict(rows[2])], chained=True)
    assert "answers trial 000-002 a second time" in message


def test_one_rater_in_two_sessions(edited, answered):
    other = len(answered.session(0)) + 1
    message = edited(lambda rows: change(other, "rater", rows[0]["rater"])(rows), chained=True)
    assert f"row {other + 2}: rater" in message
    assert "answers a trial of session 1, but began session 0" in message


def test_a_copy_of_the_file_beside_it(answered, tmp_path):
    copy = tmp_path / "copy.csv"
    copy.write_bytes((answered.folder / ANSWERS).read_bytes())
    with pytest.raises(UserError, match="a second time"):
        read_answers([answered.folder / ANSWERS, copy], answered)


def test_a_row_with_too_few_cells(answered, tmp_path):
    lines = (answered.folder / ANSWERS).read_text().splitlines()
    lines[2] = lines[2].rpartition(",")[0]
    (tmp_path / "cut.csv").write_text("\n".join(lines) + "\n")
    with pytest.raises(UserError, match="row 3: has 8 cells, expected 9"):
        read_answers([tmp_path / "cut.csv"], answered)


def test_a_last_line_cut_short_is_left_out(answered, tmp_path):
    whole = (answered.folder / ANSWERS).read_text()
    (tmp_path / "cut.csv").write_text(whole[:-20])
    assert len(read_answers([tmp_path / "cut.csv"], answered)) == whole.count("\n") - 2


def test_another_file(answered, tmp_path):
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    with pytest.raises(UserError, match="expected the columns study, rater, trial"):
        read_answers([tmp_path / "other.csv"], answered)
    with pytest.raises(UserError, match="no such file"):
        read_answers([tmp_path / "gone.csv"], answered)


@pytest.mark.parametrize("name", ["trials.csv", "images.csv", "study.json"])
def test_an_edited_study_is_refused(tmp_path, name):
    study = make_study(tmp_path, "--trials", "4", "--practice", "0", "--raters", "1")
    path = study.folder / name
    old, new = ('"pass_checks": ', '"pass_checks": 1') if name == "study.json" else ("A", "B")
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(UserError, match="was changed after the study was made"):
        read_study(study.folder)


def test_a_folder_that_is_no_study(tmp_path):
    with pytest.raises(UserError, match=r"has no readable study\.json"):
        read_study(tmp_path)
