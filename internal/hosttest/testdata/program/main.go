// The program says on which host it runs.
package main

import (
	"fmt"
	"os"
)

func main() {
	name, err := os.Hostname()
	if err != nil {
		panic(err)
	}
	fmt.Println("this is " + name)
}
