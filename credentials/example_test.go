package credentials_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
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

// The endpoint that a container's environment names, as AWS's agents and 'daypass
// agent' serve it.
func ExampleContainer() {
	agent := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Println("shown:", r.Header.Get("Authorization"))
		fmt.Fprint(w, `{"AccessKeyId": "ASIARZPUZDIKEXAMPLE0", "SecretAccessKey": "…", "Token": "…", "Expiration": "2126-01-31T12:00:00Z"}`)
	}))
	defer agent.Close()
	env := map[string]string{"AWS_CONTAINER_CREDENTIALS_FULL_URI": agent.URL, "AWS_CONTAINER_AUTHORIZATION_TOKEN": "token"}

	p := credentials.Container(credentials.ContainerOptions{Getenv: func(name string) string { return env[name] }}) // without Getenv, the process's
	c, err := p.Retrieve(context.Background())
	fmt.Println(c, c.Expires.Format(time.RFC3339), err)
	// Output:
	// shown: token
	// ASIARZPUZDIKEXAMPLE0 2126-01-31T12:00:00Z <nil>
}

// The role of an EC2 instance. Elsewhere there is nothing, and a chain goes on.
func ExampleInstance() {
	metadata := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/latest/api/token":
			fmt.Fprint(w, "session")
		case "/latest/meta-data/iam/security-credentials/":
			fmt.Fprint(w, "web")
		default:
			fmt.Fprint(w, `{"Code": "Success", "AccessKeyId": "ASIARZPUZDIKEXAMPLE0", "SecretAccessKey": "…", "Token": "…", "Expiration": "2126-01-31T12:00:00Z"}`)
		}
	}))
	defer metadata.Close()
	for _, env := range []map[string]string{{"AWS_EC2_METADATA_SERVICE_ENDPOINT": metadata.URL}, {"AWS_EC2_METADATA_DISABLED": "true"}} {
		p := credentials.NewCache(credentials.Instance(credentials.InstanceOptions{Getenv: func(name string) string { return env[name] }}), credentials.CacheOptions{})
		c, err := p.Retrieve(context.Background())
		fmt.Println(c.AccessKeyID, errors.Is(err, credentials.ErrNotFound))
	}
	// Output:
	// ASIARZPUZDIKEXAMPLE0 false
	//  true
}
