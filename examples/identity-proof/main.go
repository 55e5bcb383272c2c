// Command identity-proof has one service prove to another who it is, without a
// secret that the two share.
//
// The caller signs a GetCallerIdentity request and hands it over instead of
// sending it ("prove"). The other sends it, and the answer says who signed it
// ("check"). A header that names the other service is signed with it: whoever
// receives a proof cannot use it anywhere else.
//
//	identity-proof prove billing | identity-proof check billing
package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/daypass/daypass/sts"
)

// audienceHeader is what the two services have agreed on.
const audienceHeader = "X-Proof-For"

func main() {
	if len(os.Args) != 3 {
		log.Fatal("usage: identity-proof prove|check SERVICE")
	}
	var err error
	switch os.Args[1] {
	case "prove":
		err = prove(context.Background(), os.Stdout, os.Args[2])
	case "check":
		err = check(context.Background(), os.Stdin, os.Args[2])
	default:
		err = errors.New("prove or check?")
	}
	if err != nil {
		log.Fatal(err)
	}
}

// prove writes a proof for the service.
func prove(ctx context.Context, w io.Writer, service string) error {
	cfg, err := sts.Load(sts.LoadOptions{})
	if err != nil {
		return err
	}
	client, err := sts.New(cfg)
	if err != nil {
		return err
	}
	p, err := client.PresignGetCallerIdentity(ctx, sts.PresignOptions{
		Header: http.Header{audienceHeader: {service}}, Expires: time.Minute,
	})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(w, base64.RawURLEncoding.EncodeToString([]byte(p.URL)))
	return err
}

// check reads a proof for this service and says whose it is.
func check(ctx context.Context, r io.Reader, service string) error {
	text, err := io.ReadAll(io.LimitReader(r, 16<<10))
	if err != nil {
		return err
	}
	proof, err := base64.RawURLEncoding.DecodeString(strings.TrimSpace(string(text)))
	if err != nil {
		return errors.New("that is no proof")
	}
	u, err := url.Parse(string(proof))
	if err != nil {
		return errors.New("that is no proof")
	}
	// Sent where we say, not where the proof says: else it could be answered by
	// anybody.
	trusted, err := url.Parse(os.Getenv("AWS_ENDPOINT_URL"))
	if err != nil {
		return err
	}
	q := u.Query()
	if u.Scheme != trusted.Scheme || u.Host != trusted.Host || strings.Trim(u.Path, "/") != "" || q.Get("Action") != "GetCallerIdentity" {
		return errors.New("the proof is of another service than ours")
	}
	signed := strings.Split(q.Get("X-Amz-SignedHeaders"), ";")
	named := false
	for _, name := range signed {
		named = named || strings.EqualFold(name, audienceHeader)
	}
	if !named {
		return errors.New("the proof does not say whom it is for")
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return err
	}
	request.Header.Set(audienceHeader, service)
	request.Header.Set("Accept", "application/json")
	client := http.Client{
		Timeout:       10 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("the proof is refused: %s", response.Status)
	}
	var answer struct {
		Response struct {
			Result struct{ Account, Arn, UserId string } `json:"GetCallerIdentityResult"`
		} `json:"GetCallerIdentityResponse"`
	}
	if err := json.NewDecoder(io.LimitReader(response.Body, 64<<10)).Decode(&answer); err != nil {
		return err
	}
	fmt.Println(answer.Response.Result.Arn)
	return nil
}
