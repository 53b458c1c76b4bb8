import os
import threading

from holdfast.kit.entropy import random_bytes


def test_no_byte_is_given_out_twice() -> None:
    taken: list[bytes] = []

    def take() -> None:
        taken.extend([random_bytes(16) for _ in range(2000)])

    threads = [threading.Thread(target=take) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(set(taken)) == 8000
    assert {len(each) for each in taken} == {16}


def test_a_child_does_not_repeat_its_parents_bytes() -> None:
    random_bytes(8)  # a block is there, and would be shared
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(theirs, random_bytes(32))
        os._exit(0)
    os.waitpid(child, 0)
    assert os.read(ours, 32) != random_bytes(32)
    os.close(ours)
    os.close(theirs)
