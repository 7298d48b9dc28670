"""Learning from few labels: task, learners, measure, words and figure."""
