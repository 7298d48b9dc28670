"""Learning from few labels: task, learners, curves and verdicts."""
