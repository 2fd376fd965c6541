//go:build race

package rollout

func init() { raceDetector = true }
