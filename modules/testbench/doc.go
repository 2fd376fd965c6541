// Package testbench runs the tests that are written in modules: the functions named
// test_* of the files *_test.star.
//
// What a test does, such as deploying, is done by a Bench, which it is given. The package
// starts no goroutine.
package testbench
