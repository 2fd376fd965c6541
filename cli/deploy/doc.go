// Package deploy is `armonic deploy`: what flags and answers files say, questions line by
// line, the plan, and the deployment to its end.
//
// It decides nothing about deployments, which packages deploy and resolver do. It owns
// one goroutine for each deployment, which tells when hosts are away; it waits for that.
package deploy
