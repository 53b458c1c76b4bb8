"""pytest-holdfast as its users have it: pytest in a process of its own, tests in a folder of their own."""

from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

EXAMPLE = Path(__file__).parents[2] / "examples" / "test_my_bot.py"

TALK = """
def test_talk(holdfast_simulator, holdfast_phone):
    ann, ben = holdfast_phone("Ann"), holdfast_phone("Ben", "4915100000001")
    assert ben.phone == "4915100000001"
    said = ann.say(ben, "hello")
    assert ben.wait_for("hello").id == said
    assert holdfast_simulator.log_file.parent.name == "wasim"


def test_apart(holdfast_simulator):
    assert holdfast_simulator.phones() == []
"""


def test_fixtures_need_no_other_plugin(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(TALK)
    pytester.makeini("[pytest]\naddopts = -p no:asyncio -p no:anyio -p no:schemathesis")
    pytester.runpytest_subprocess("-q").assert_outcomes(passed=2)


def test_failure_shows_what_passed_and_how_to_repeat_it(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest

        def test_fails(holdfast_simulator, holdfast_phone, holdfast_seed):
            ann = holdfast_phone("Ann")
            holdfast_simulator.fault("no-ack", ann)
            assert holdfast_seed == 0

        def test_fails_without_a_simulator():
            assert False

        @pytest.fixture
        def broken(holdfast_simulator):
            raise RuntimeError("a fixture of the user's")

        def test_fails_before_it_begins(broken):
            pass

        def test_fails_when_it_is_gone(holdfast_simulator):
            import os, signal
            os.kill(holdfast_simulator.pid, signal.SIGKILL)
            holdfast_simulator.phones()
        """
    )
    result = pytester.runpytest_subprocess("-q", "--holdfast-seed", "11")
    result.assert_outcomes(failed=3, errors=1)
    result.stdout.fnmatch_lines(
        [
            "*simulated WhatsApp: the last stanzas*",
            "*simulated WhatsApp: faults in force*",
            "#1 no-ack account=*",
            "--holdfast-seed 11 makes it choose the same again",
            "*simulated WhatsApp*",
            "Its log: *simulator.log",
        ]
    )
    assert result.stdout.str().count("makes it choose the same again") == 2


def test_the_same_seed_makes_the_same_phones(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        def test_number(holdfast_phone):
            print("number", holdfast_phone("Ann").phone)
        """
    )

    def number(*options: str) -> str:
        lines = pytester.runpytest_subprocess("-q", "-s", *options).outlines
        return next(line for line in lines if line.startswith("number"))

    pytester.makeini("[pytest]\nholdfast_seed = 5")
    assert number() == number() == number("--holdfast-seed", "5") != number("--holdfast-seed", "6")


def test_asynchronous_test_attaches(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest
        from holdfast.lab import Simulator

        @pytest.mark.asyncio
        async def test_async(holdfast_simulator):
            async with Simulator.attach(holdfast_simulator.trust_file) as lab:
                ann = await lab.phone("Ann")
                async with lab.fault("no-ack", ann):
                    assert [each.name for each in await lab.faults()] == ["no-ack"]
            assert holdfast_simulator.faults() == []
        """
    )
    pytester.runpytest_subprocess("-q").assert_outcomes(passed=1)


def test_the_example_that_users_copy(pytester: pytest.Pytester) -> None:
    """Each of its three tests starts a whole Holdfast."""
    result = pytester.runpytest_subprocess("-q", "-p", "no:cacheprovider", str(EXAMPLE))
    result.assert_outcomes(passed=3)


def test_programs_that_do_not_use_it_pay_nothing(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import sys

        def test_nothing():
            assert "holdfast.lab.pytest_plugin" in sys.modules
            assert not {"httpx", "anyio", "rich", "structlog", "holdfast.lab.simulator"} & set(sys.modules)
        """
    )
    pytester.makeini("[pytest]\naddopts = -p no:asyncio -p no:anyio -p no:schemathesis")
    pytester.runpytest_subprocess("-q").assert_outcomes(passed=1)
