// Command bare makes one POST with net/http: the least a client can weigh.
package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
)

func main() {
	body := strings.NewReader("Action=GetCallerIdentity&Version=2011-06-15")
	r, err := http.Post(os.Getenv("AWS_ENDPOINT_URL_STS"), "application/x-www-form-urlencoded", body)
	if err != nil {
		panic(err)
	}
	defer r.Body.Close()
	answer, err := io.ReadAll(r.Body)
	if err != nil {
		panic(err)
	}
	fmt.Println(len(answer))
}
