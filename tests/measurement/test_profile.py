"""Profiles: the copies that each engine makes on loopback, and those that it does not make."""

import pathlib
import sys
import unittest
import xml.etree.ElementTree

# pylint: disable=wrong-import-position
sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "end_to_end"))
import daemon
from daemon import ENGINES, Daemon

# Above: present, since a copy out of the cache costs little. Below: absent; a stray sample of a header or of another program's
# packet may occur.
SEEN, STRAY = 0.003, 0.01
# On loopback, for the sending and the receiving host together.
COPIES = {
    "two_copy": {"gather", "send", "receive"},
    "one_copy": {"send", "receive"},
    "zero_copy": {"deferred", "receive"},
}


class Profile(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.daemon = cls.enterClassContext(Daemon())
        cls.id = cls.daemon.queue(engines=ENGINES, field_sizes=[8192], threads=[1], duration_s=0.7, warmup_s=0.2,
                                  profile=True)["id"]
        cls.experiment = cls.daemon.finished(cls.id)
        cls.runs = cls.daemon.runs(cls.id)
        cls.profiled = [run for run in cls.runs if run["kind"] == "profile"]
        cls.answer = cls.daemon.get(f"/experiments/{cls.id}/profiles").json()

    def setUp(self):
        refused = [run["reason"] for run in self.profiled if "a profile needs perf" in (run["reason"] or "")]
        if refused:
            self.skipTest(refused[0])

    def shares(self):
        for item in self.answer["items"]:
            if item["copy_share"] is None:
                self.skipTest(item["reason"])
            yield item["engine"], item["copy_share"]

    def test_each_configuration_has_one_more_run(self):
        self.assertEqual(self.experiment["runs_total"], 6)
        self.assertEqual([run["kind"] for run in self.runs], ["measured"] * 3 + ["profile"] * 3)
        self.assertEqual({run["engine"] for run in self.profiled}, set(ENGINES))
        self.assertEqual([run["state"] for run in self.runs], ["completed"] * 6, [run["reason"] for run in self.runs])

    def test_profiles_count_in_no_figure(self):
        rows = self.daemon.get(f"/experiments/{self.id}/results.csv").text.strip().splitlines()
        self.assertEqual(len(rows), 1 + 3)
        summary = self.daemon.get(f"/experiments/{self.id}/summary").json()
        self.assertEqual([one["runs_completed"] for one in summary["configurations"]], [1, 1, 1])

    def test_the_copies_found_are_those_of_the_mode(self):
        for engine, share in self.shares():
            with self.subTest(engine=engine):
                for kind in ("gather", "send", "deferred", "receive"):
                    if kind in COPIES[engine]:
                        self.assertGreater(share[kind]["share"], SEEN, share)
                    else:
                        self.assertLess(share[kind]["share"], STRAY, share)

    def test_parts_and_symbols_add_up(self):
        for item in self.answer["items"]:
            share, samples = item["copy_share"], item["samples"]
            if share is None:
                continue
            self.assertEqual(share["busy_samples"], samples["engine"] + samples["load"] + samples["kernel"])
            for kind in ("gather", "send", "deferred", "receive"):
                part = share[kind]
                self.assertEqual(sum(symbol["samples"] for symbol in part["symbols"]), part["samples"])
                self.assertAlmostEqual(part["share"], part["samples"] / share["busy_samples"])

    def test_the_findings_are_put_in_words(self):
        list(self.shares())
        (cell,) = self.answer["words"]
        self.assertEqual((cell["field_bytes"], cell["threads"]), (8192, 1))
        text = " ".join(cell["sentences"])
        self.assertRegex(text, r"zero_copy spends [0-9.]+ % in the deferred copy that two_copy and one_copy do not have\.")
        self.assertRegex(text, r"one_copy spends [0-9.]+ % in the send copy that zero_copy does not have\.")
        self.assertEqual({rule["copy"] for rule in self.answer["rules"]}, {"gather", "send", "deferred", "receive"})

    def test_stacks_are_folded_text_for_other_tools(self):
        for item in self.answer["items"]:
            answer = self.daemon.get(item["links"]["stacks"])
            self.assertEqual((answer.status, answer.content_type), (200, "text/plain"))
            samples = 0
            for line in answer.text.splitlines():
                stack, count = line.rsplit(" ", 1)
                self.assertIn(stack.split(";")[0], ("engine", "load", "kernel"))
                samples += int(count)
            kinds = item["samples"]
            self.assertEqual(samples, kinds["engine"] + kinds["load"] + kinds["kernel"])

    def test_samples_in_the_kernel_have_their_callers(self):
        for item in self.answer["items"]:
            known = {"engine;": 0, "load;": 0}
            for line in self.daemon.get(item["links"]["stacks"]).text.splitlines():
                stack, count = line.rsplit(" ", 1)
                for root, caller in (("engine;", "copybench::ServedConnection::run"), ("load;", "copybench::Client::run")):
                    if stack.startswith(root) and caller in stack:
                        known[root] += int(count)
            self.assertGreater(known["engine;"], 0.8 * item["samples"]["engine"], item["engine"])
            self.assertGreater(known["load;"], 0.8 * item["samples"]["load"], item["engine"])

    def test_flame_graphs_are_well_formed_and_need_no_script(self):
        first, last = self.answer["items"][0], self.answer["items"][-1]
        for path in (first["links"]["flamegraph"], f"{last['links']['flamegraph']}?base_run={first['run_id']}"):
            answer = self.daemon.get(path)
            self.assertEqual((answer.status, answer.content_type), (200, "image/svg+xml"))
            tree = xml.etree.ElementTree.fromstring(answer.body)
            titles = [element.text for element in tree.iter("{http://www.w3.org/2000/svg}title")]
            self.assertTrue(any(title.startswith("engine: ") for title in titles), titles[:5])
            self.assertNotIn("<script", answer.text)
        self.assertIn("base", answer.text)

    def test_a_run_without_a_profile_says_why(self):
        measured = self.runs[0]["run_id"]
        for path in ("profile", "stacks.folded", "flamegraph.svg"):
            answer = self.daemon.get(f"/runs/{measured}/{path}")
            self.assertEqual(answer.status, 404)
            self.assertIn('"profile": true', answer.json()["detail"])
        answer = self.daemon.get(f"/runs/{self.profiled[0]['run_id']}/flamegraph.svg?base_run={measured}")
        self.assertEqual(answer.status, 404)
        self.assertEqual(self.daemon.get(f"/runs/{measured}/flamegraph.svg?base_run=x").status, 400)

    def test_no_counters_are_claimed_for_a_profile(self):
        detail = self.daemon.get(f"/runs/{self.profiled[0]['run_id']}").json()
        self.assertIsNone(detail["task_clock_ns"])
        self.assertIn("profile", detail["missing"]["task_clock_ns"])


if __name__ == "__main__":
    unittest.main()
