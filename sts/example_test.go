package sts_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/daypass/daypass/credentials"
	"github.com/daypass/daypass/daypasstest"
	"github.com/daypass/daypass/sts"
)

// clientOf is a client of a Daypass in this test, as the holder of some keys.
func clientOf(t testing.TB, server *daypasstest.Server, keys daypasstest.Credentials) *sts.Client {
	t.Helper()
	c, err := sts.New(sts.Config{
		Region: server.Region, Endpoint: server.URL, Now: server.Now,
		Credentials: credentials.Static(keys.AccessKeyID, keys.SecretAccessKey, keys.SessionToken),
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// An example gets no testing.T: it runs the service on one of its own.
func withDaypass(f func(server *daypasstest.Server, ann *sts.Client), opts ...daypasstest.Option) {
	testing.Init()
	ok := testing.RunTests(func(_, _ string) (bool, error) { return true, nil }, []testing.InternalTest{{Name: "example", F: func(t *testing.T) {
		server := daypasstest.New(t, opts...)
		f(server, clientOf(t, server, server.User("ann")))
	}}})
	if !ok {
		fmt.Println("the example failed")
	}
}

func ExampleClient_AssumeRole() {
	withDaypass(func(server *daypasstest.Server, ann *sts.Client) {
		role := server.Role("deployer", daypasstest.Trust(server.UserARN("ann")))
		ctx := context.Background()

		session, err := ann.AssumeRole(ctx, &sts.AssumeRoleInput{
			RoleArn: role, RoleSessionName: "build-42", DurationSeconds: 900,
			Tags: []sts.Tag{{Key: "team", Value: "red"}},
		})
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(session.AssumedRoleUser.Arn)
		fmt.Println(session.Credentials.Expiration.Sub(server.Now().Truncate(time.Second)))
	})
	// Output:
	// arn:aws:sts::123456789012:assumed-role/deployer/build-42
	// 15m0s
}

func ExampleAPIError() {
	withDaypass(func(server *daypasstest.Server, ann *sts.Client) {
		secret := server.Role("secret", daypasstest.Trust("123456789012"))
		_, err := ann.AssumeRole(context.Background(), &sts.AssumeRoleInput{RoleArn: secret, RoleSessionName: "build-42"})
		if e, ok := errors.AsType[*sts.APIError](err); ok {
			fmt.Println(e.Status, e.Code, e.Message)
		}
		mine := server.Role("mine", daypasstest.Trust(server.UserARN("ann")))
		_, err = ann.AssumeRole(context.Background(), &sts.AssumeRoleInput{RoleArn: mine, RoleSessionName: "build-42", Policy: "{"})
		if _, ok := errors.AsType[*sts.MalformedPolicyDocumentException](err); ok {
			fmt.Println("that is no policy")
		}
	})
	// Output:
	// 403 AccessDenied User: arn:aws:iam::123456789012:user/ann is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::123456789012:role/secret
	// that is no policy
}

// A service proves to another who it is: the other sends what it was given, and
// insists on its own name among the signed headers.
func ExampleClient_PresignGetCallerIdentity() {
	withDaypass(func(server *daypasstest.Server, ann *sts.Client) {
		proof, err := ann.PresignGetCallerIdentity(context.Background(), sts.PresignOptions{
			Header: http.Header{"X-K8s-Aws-Id": {"my-cluster"}}, Expires: time.Minute,
		})
		if err != nil {
			fmt.Println(err)
			return
		}

		r, err := http.NewRequest(proof.Method, proof.URL, nil)
		if err != nil {
			fmt.Println(err)
			return
		}
		r.Header.Set("X-K8s-Aws-Id", "my-cluster")
		fmt.Println(server.Send(r).Element("Arn"))

		r.Header.Set("X-K8s-Aws-Id", "another")
		fmt.Println(server.Send(r).Element("Code"))
	})
	// Output:
	// arn:aws:iam::123456789012:user/ann
	// SignatureDoesNotMatch
}

// A provider of a role behind a cache: other clients sign with it, and it renews
// itself.
func ExampleRoleProvider() {
	withDaypass(func(server *daypasstest.Server, ann *sts.Client) {
		role := server.Role("deployer", daypasstest.Trust(server.UserARN("ann")))
		deployer := credentials.NewCache(&sts.RoleProvider{
			Client: ann, Input: sts.AssumeRoleInput{RoleArn: role, RoleSessionName: "build-42"},
		}, credentials.CacheOptions{})

		c, err := sts.New(sts.Config{Region: server.Region, Endpoint: server.URL, Now: server.Now, Credentials: deployer})
		if err != nil {
			fmt.Println(err)
			return
		}
		who, err := c.GetCallerIdentity(context.Background(), nil)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(who.Arn)
	})
	// Output:
	// arn:aws:sts::123456789012:assumed-role/deployer/build-42
}

func ExampleMiddleware() {
	counted := func(next sts.Call) sts.Call {
		return func(ctx context.Context, r *sts.Request) (*sts.Response, error) {
			response, err := next(ctx, r)
			if err == nil {
				fmt.Println(r.Operation, response.Status, "attempts:", response.Attempts)
			}
			return response, err
		}
	}
	withDaypass(func(server *daypasstest.Server, _ *sts.Client) {
		root := credentials.Static(server.Root.AccessKeyID, server.Root.SecretAccessKey, "")
		c, err := sts.New(sts.Config{Region: server.Region, Endpoint: server.URL, Credentials: root, Middleware: []sts.Middleware{counted}})
		if err != nil {
			fmt.Println(err)
			return
		}
		who, err := c.GetCallerIdentity(context.Background(), nil)
		fmt.Println(who.Account, err)
	})
	// Output:
	// GetCallerIdentity 200 attempts: 1
	// 123456789012 <nil>
}

// Every tool of AWS reads the same environment and files; Load does too.
func ExampleLoad() {
	withDaypass(func(server *daypasstest.Server, _ *sts.Client) {
		files, err := credentials.ParseFiles([]byte("[profile root]\nregion = us-east-1\nendpoint_url = "+server.URL),
			[]byte("[root]\naws_access_key_id = "+server.Root.AccessKeyID+"\naws_secret_access_key = "+server.Root.SecretAccessKey))
		if err != nil {
			fmt.Println(err)
			return
		}
		cfg, err := sts.Load(sts.LoadOptions{Profile: "root", Files: files}) // without Files, those of the user
		if err != nil {
			fmt.Println(err)
			return
		}
		c, err := sts.New(cfg)
		if err != nil {
			fmt.Println(err)
			return
		}
		who, err := c.GetCallerIdentity(context.Background(), nil)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(who.Arn)
	})
	// Output:
	// arn:aws:iam::123456789012:root
}
