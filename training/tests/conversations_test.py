"""What is kept of real conversations: whole objects of a cut file, first turns alone, nothing personal."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
from conversations import domain_of, first_user_turn, is_english, read_conversations  # noqa: E402
from personal import is_personal  # noqa: E402
from prepare import is_held_out  # noqa: E402


class ConversationsTest(unittest.TestCase):
    def test_a_cut_file_gives_its_whole_objects(self):
        found = list(read_conversations('[ {"id": "a_0"}, {"id": "b}_0"},\n {"id": "c_0", "conv'))
        self.assertEqual([item["id"] for item in found], ["a_0", "b}_0"])

    def test_later_parts_and_answers_are_no_first_turns(self):
        turn = {"from": "human", "value": " Tell me of rivers. "}
        self.assertEqual(first_user_turn({"id": "x_0", "conversations": [turn]}), "Tell me of rivers.")
        self.assertIsNone(first_user_turn({"id": "x_1", "conversations": [turn]}))
        self.assertIsNone(first_user_turn({"id": "x_0", "conversations": [{"from": "gpt", "value": "So."}]}))
        self.assertIsNone(first_user_turn({"id": "x_0", "conversations": []}))

    def test_personal_texts(self):
        for text in ("write to ann.b@mail.example please", "call +44 20 7946 0958 now", "my name is Ann", "Dear Mr Smith, thank you",
                     "see https://a.example/x", "ask @someone", "12 High Street is old", "host 10.0.0.12 fails",
                     "use key sk1a2b3c4d5e6f7a8b9c0d1e2f"):
            self.assertTrue(is_personal(text), text)
        for text in ("Explain 3.5 to 4 in Python 3.11", "What is 12345 plus 67?", "a list of 10 ideas", "class Foo: pass"):
            self.assertFalse(is_personal(text), text)

    def test_language_and_domain(self):
        self.assertTrue(is_english("How do I write a poem about the sea?"))
        self.assertFalse(is_english("Wie schreibe ich ein Gedicht?"))
        self.assertFalse(is_english("как это сделать"))
        self.assertEqual(domain_of("fix this: def f(x): return x"), "code")
        self.assertEqual(domain_of("solve for x"), "math")
        self.assertEqual(domain_of("Tell me a story"), "chat")

    def test_answers_to_one_prompt_are_on_one_side(self):
        sides = {name: {is_held_out(f"{name}.{k}", 0.5) for k in range(8)} for name in ("real-1", "real-2", "real-3", "real-4")}
        self.assertTrue(all(len(side) == 1 for side in sides.values()))


if __name__ == "__main__":
    unittest.main()
