"""The table of the comparison: medians, every run of what is counted, Holdfast's share of the others'."""

from benchmarks.peers.rows import Results, figures, markdown, rows
from benchmarks.report import filled

TITLES = {"holdfast": "Holdfast", "gateway": "Gateway", "baileys": "Baileys"}
TABLE = rows((1, 20, 100), kills=10, messages=200)


def results(**runs: dict[str, list[float]]) -> Results:
    """Results with these runs, by row and peer."""
    made = Results()
    for row, peers in runs.items():
        for peer, values in peers.items():
            for value in values:
                made.add(row, peer, value)
    return made


def line(text: str, title: str) -> list[str]:
    """The cells of the row that begins so."""
    [found] = [line for line in text.splitlines() if line.startswith(f"| {title}")]
    return [cell.strip() for cell in found.strip("|").split("|")]


def test_a_row_shows_medians_and_what_share_of_each_holdfast_needs() -> None:
    text = markdown(
        TABLE, results(echo20_p50={"holdfast": [9, 8, 30], "gateway": [18], "baileys": [4.5]}), TITLES
    )
    assert line(text, "echo at 20/s, 20 numbers, p50")[1:] == ["9.0", "18.0", "4.5", "0.50", "2.00"]


def test_every_run_of_what_is_counted_is_shown_and_has_no_share() -> None:
    text = markdown(TABLE, results(lost_answers={"holdfast": [0, 0], "gateway": [3, 5]}), TITLES)
    assert line(text, "the same: answers lost")[1:] == ["0, 0", "3, 5", "–", "", ""]


def test_a_peer_that_failed_leaves_a_gap_and_no_goal_is_held_against_it() -> None:
    found = figures(TABLE, results(most={"holdfast": [100], "baileys": [20]}), TITLES)
    assert {figure.name for figure in found} == {"peers_most", "peers_most_to_baileys"}
    ratio = found[1]
    assert (ratio.value, ratio.met) == (5, True)


def test_goals_are_for_the_share() -> None:
    found = figures(TABLE, results(cpu20={"holdfast": [12], "baileys": [10]}), TITLES)
    assert [(figure.name, figure.met) for figure in found] == [
        ("peers_cpu20", None),
        ("peers_cpu20_to_baileys", False),
    ]


def test_a_peer_that_costs_nothing_measurable_has_no_share() -> None:
    assert results(login1_cpu={"holdfast": [1], "gateway": [0]}).ratio("login1_cpu", "gateway") is None


def test_a_table_takes_its_place_in_a_document_again_and_again_and_nothing_else_changes() -> None:
    document = "above\n\n<!-- bench: peers -->\n\n<!-- /bench: peers -->\n\nbelow\n"
    once = filled(document, {"peers": "| old |"})
    twice = filled(once, {"peers": "| new |", "nowhere": "| lost |"})
    assert twice == "above\n\n<!-- bench: peers -->\n\n| new |\n\n<!-- /bench: peers -->\n\nbelow\n"


def test_a_mark_that_is_not_closed_is_left_alone() -> None:
    assert filled("<!-- bench: peers -->\ntext", {"peers": "| new |"}) == "<!-- bench: peers -->\ntext"
