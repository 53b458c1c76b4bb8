"""How to test a bot against a WhatsApp that lives on this machine. Run it: pytest examples/test_my_bot.py

The fixtures come with Holdfast (docs/lab.md). Everything here is real except WhatsApp itself: the bot's
answers go through Holdfast's API and engine, are encrypted, and are decrypted by a simulated phone.
"""

from pathlib import Path

BOT = Path(__file__).with_name("greeting.py")


def test_it_greets_a_customer_once(holdfast_stack, holdfast_phone):
    customer = holdfast_phone("Ann")
    with holdfast_stack.bot(BOT):
        customer.say(holdfast_stack.phone, "Good morning")
        assert customer.wait_for("Hello!").sender == holdfast_stack.phone.phone
        customer.say(holdfast_stack.phone, "/status")
        assert customer.wait_for("since").text.startswith("I am connected")


def test_nobody_is_forgotten_when_everything_is_killed(holdfast_stack, holdfast_phone):
    before, after = holdfast_phone("Ann"), holdfast_phone("Ben")
    with holdfast_stack.bot(BOT):
        before.say(holdfast_stack.phone, "Are you there?")
        before.wait_for("Hello!")
        holdfast_stack.kill("both")
        after.say(holdfast_stack.phone, "And now?")
        after.wait_for("Hello!")
    assert holdfast_stack.phone.account().registrations == 1  # no second QR code


def test_every_answer_comes_once_from_an_unreliable_whatsapp(
    holdfast_simulator, holdfast_stack, holdfast_phone
):
    customer = holdfast_phone("Ann")
    with holdfast_stack.bot(BOT), holdfast_simulator.fault("duplicate-message", holdfast_stack.phone):
        customer.say(holdfast_stack.phone, "Hello?")
        customer.wait_for("Hello!")
    answers, _ = customer.inbox()
    assert [answer.duplicates for answer in answers] == [0]
