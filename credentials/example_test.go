package credentials_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/daypass/daypass/credentials"
)

func ExampleNewCache() {
	calls := 0
	slow := credentials.ProviderFunc(func(context.Context) (credentials.Credentials, error) {
		calls++
		return credentials.Credentials{AccessKeyID: "ASIARZPUZDIKEXAMPLE0", SecretAccessKey: "…", SessionToken: "…", Expires: time.Now().Add(time.Hour)}, nil
	})
	cache := credentials.NewCache(slow, credentials.CacheOptions{})
	for range 3 {
		c, err := cache.Retrieve(context.Background())
		fmt.Println(c, err) // the secret does not print
	}
	fmt.Println("calls:", calls)
	// Output:
	// ASIARZPUZDIKEXAMPLE0 <nil>
	// ASIARZPUZDIKEXAMPLE0 <nil>
	// ASIARZPUZDIKEXAMPLE0 <nil>
	// calls: 1
}

func ExampleChain() {
	empty := credentials.EnvironmentOf(func(string) string { return "" })
	fallback := credentials.Static("AKIARZPUZDIKEXAMPLE0", "…", "")
	c, err := credentials.Chain{empty, fallback}.Retrieve(context.Background())
	fmt.Println(c, c.Source, err)
	_, err = credentials.Chain{empty}.Retrieve(context.Background())
	fmt.Println(errors.Is(err, credentials.ErrNotFound))
	// Output:
	// AKIARZPUZDIKEXAMPLE0 static <nil>
	// true
}

func ExampleParseFiles() {
	files, err := credentials.ParseFiles([]byte("[profile build]\nrole_arn = arn:aws:iam::123456789012:role/b # a comment\n"), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	p, ok := files.Profile("build")
	fmt.Println(p.Get("role_arn"), ok)
	// Output: arn:aws:iam::123456789012:role/b true
}

func ExampleProcess() {
	p := credentials.Process(`printf '{"Version": 1, "AccessKeyId": "AKIARZPUZDIKEXAMPLE0", "SecretAccessKey": "…"}'`)
	c, err := p.Retrieve(context.Background())
	fmt.Println(c, c.Source, err)
	// Output: AKIARZPUZDIKEXAMPLE0 process <nil>
}
