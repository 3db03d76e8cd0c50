import io
import json
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from core.commands import OfficeCommand
from core.errors import Refused, WrongUsage


class Count(OfficeCommand):
    permission = "beneficiaries.view_household"

    def add_arguments(self, parser):
        parser.add_argument("number", type=int)

    def perform(self, *, by, number):
        print("a library that talks")
        self.say("counting")
        if number > 100:
            raise Refused("too_many", "Too many to count.")
        if number < 0:
            raise WrongUsage("Count upwards.")
        return {"number": number, "by": by.username}

    def sentence(self, result):
        return f"Counted to {result['number']}."

    def exit_status(self, result):
        return int(result["number"] == 13)


class TrustedCount(Count):
    acting = ""

    def perform(self, *, by, number):
        return {"by": by, "number": number}


def run(*args, command=Count):
    """(exit status, standard output, standard error)"""
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command(command(), *args, stdout=out, stderr=err)
    except CommandError as error:
        return error.returncode, out.getvalue(), err.getvalue() + str(error)
    except SystemExit as exit_:
        return exit_.code, out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


def test_command_prints_one_sentence(sari):
    assert run("7", "--as", "sari") == (0, "Counted to 7.\n", "counting\n")


def test_command_with_json_prints_one_object_and_nothing_else(sari, capsys):
    status, out, err = run("7", "--as", "sari", "--json")

    assert (status, json.loads(out), out.count("\n")) == (0, {"number": 7, "by": "sari"}, 1)
    assert err == "counting\n"
    assert capsys.readouterr() == ("", "a library that talks\n")


def test_refusal_is_one_json_error_and_exit_1(sari):
    status, out, _err = run("101", "--as", "sari", "--json")

    assert status == 1
    assert json.loads(out) == {"error": {"code": "too_many", "message": "Too many to count."}}


def test_refusal_without_json_says_the_message_on_standard_error(sari):
    assert run("101", "--as", "sari") == (1, "", "counting\nToo many to count.")


def test_words_that_are_not_understood_are_one_json_error_and_exit_2(db):
    done = subprocess.run(
        [sys.executable, "manage.py", "import_file", "x.csv", "--source", "resep", "--json"],
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
    )

    assert (done.returncode, done.stdout.count("\n")) == (2, 1)
    assert json.loads(done.stdout)["error"] == {
        "code": "usage",
        "message": "Perintah tidak dipahami; --help menunjukkan cara menulisnya.",
    }
    assert "resep" in done.stderr


def test_wrong_usage_is_exit_2(sari):
    status, out, _err = run("-1", "--as", "sari", "--json")

    assert (status, json.loads(out)["error"]["code"]) == (2, "usage")


@pytest.mark.parametrize("argv", [["7"], ["--as", "sari"], ["7", "--as", "sari", "--nonsense"]])
def test_arguments_that_do_not_parse_are_exit_2(argv, capsys):
    command = Count()
    command._called_from_command_line = True

    with pytest.raises(SystemExit) as exit_:
        command.create_parser("manage.py", "count").parse_args(argv)

    assert exit_.value.code == 2
    assert capsys.readouterr().out == ""


def test_finding_something_wrong_is_exit_1_with_its_answer(sari):
    status, out, _err = run("13", "--as", "sari", "--json")

    assert (status, json.loads(out)) == (1, {"number": 13, "by": "sari"})


def test_unknown_closed_and_powerless_users_are_refused_alike(sari, administrator):
    sari.is_active = False
    sari.save(update_fields=["is_active"])

    answers = [run("7", "--as", name, "--json") for name in ("nobody", "sari", "administrator")]

    assert [status for status, _out, _err in answers] == [1, 1, 1]
    assert {json.loads(out)["error"]["code"] for _s, out, _e in answers} == {"not_allowed"}
    assert (
        len(
            {
                err.replace("nobody", "sari").replace("administrator", "sari")
                for _s, _o, err in answers
            }
        )
        == 1
    )


def test_command_without_an_acting_user_has_no_as():
    assert run("7", "--json", command=TrustedCount) == (0, '{"by": null, "number": 7}\n', "")
