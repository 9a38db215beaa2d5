"""What a step trains, from the share of the budget that is used: the block, the loss, the learning rate.

An early stage may train shorter blocks at more anchors: `early` {share of the budget, block, anchors_times, warm_share}. Each
stage then begins with cross entropy of its own: the early one for warm_share of itself, the second one for the loss's
warm_share of what is left of the budget. Without early's warm_share the loss's is a share of the whole budget.
"""


class Schedule:
    def __init__(self, settings):
        self.settings, self.early, self.loss = settings, settings["early"], settings["loss"]
        self.has_early = self.early["share"] > 0 and self.early["block"] < settings["block"]

    def is_early(self, progress):
        return self.has_early and progress < self.early["share"]

    def rows(self, progress):
        """-> block, anchors a sequence."""
        block, anchors = self.settings["block"], self.settings["anchors"]
        if self.is_early(progress):
            return self.early["block"], anchors * self.early["anchors_times"]
        return block, anchors

    def is_warm(self, progress):
        warm = self.loss["warm_share"]
        if not self.has_early or "warm_share" not in self.early:
            return progress < warm
        share = self.early["share"]
        if progress < share:
            return progress < share * self.early["warm_share"]
        return progress < share + (1 - share) * warm

    def mix(self, progress):
        """-> {"ce": weight, "tv": weight}."""
        return self.loss["warm" if self.is_warm(progress) else "main"]

    def rate_factor(self, progress, step):
        settings = self.settings
        warmup = min(1.0, (step + 1) / settings["warmup_steps"])
        left = (1 - progress) / (1 - settings["decay_from"])
        return warmup * max(settings["final_rate"], min(1.0, left))
