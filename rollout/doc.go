// Package rollout carries deployments out. A rollout is a log of records: it was made with
// a plan, a task was handed over, a step was done and returned something, a task failed,
// was retried, skipped or taken back. State is a pure function of the records, so that
// resuming is reading the log, and every front end draws the same.
//
//	record, plan    what is in a log
//	state, schedule, batches
//	                what follows from the records, and what may start next
//	snapshot        the state as front ends draw it
//	store, log      logs on disk
//	rollout         the thin part that acts: it hands over what may start, follows it,
//	                and records what becomes of it
//	runtask, followrun
//	retry, decide, replan, rollback
//	                what people decide when something went wrong
//
// Nothing is handed to an agent before that is in the log, durably. A run has an id that
// follows from the log, so that whoever resumes a deployment asks for the same run, and
// nothing is done twice.
package rollout
