package widget

// Simulated stands before the name of what only pretends, where it is not cut.
const Simulated = "(sim) "
