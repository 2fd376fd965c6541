//go:build !race

package rollout

// raceDetector says that the tests run under it.
const raceDetector = false
