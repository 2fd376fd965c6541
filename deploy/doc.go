// Package deploy is where the pure resolver meets live agents.
//
// A Session plans: it holds facts and answers, fetches what the resolver needs and
// gives its result to a front end. An Execution does: it turns the tasks of a plan
// into runs, parallel where nothing forbids it, and keeps what a front end shows.
//
// It never decides anything that the resolver could, and never touches a host
// except through spec.Agent. An Execution owns its goroutines: Start launches
// them, Close stops them and waits. Survey, ReadCatalogue and Fetch start one
// goroutine for each host and wait for all before they return.
package deploy
