// Package policy reads IAM policies and decides requests by them.
//
// A policy is a JSON document of statements. Each says that, for some actions
// on some resources, under some conditions, a request is allowed or denied:
//
//	{
//	  "Version": "2012-10-17",
//	  "Statement": [{
//	    "Sid": "HomeOnly",
//	    "Effect": "Allow",
//	    "Action": ["s3:GetObject", "s3:Put*"],
//	    "Resource": "arn:aws:s3:::home/${aws:username}/*",
//	    "Condition": {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}
//	  }]
//	}
//
// Policies on a resource, and the trust policy of a role, have a Principal
// besides: to whom the statement applies.
//
// # Use
//
// [Parse] checks a document as the service does, with the service's sentences,
// and compiles it. [Evaluate] decides a [Request] by a [Set] of policies; the
// same function serves authorization, trust policies, simulation and encoded
// messages. [Explain] also lists every statement that decided. A request brings
// its facts in a [Context].
//
//	text --readJSON--> node --readDocument--> document --checks--> statements
//	                                                                   |
//	Request --newQuery--> query ------------- gather per layer --------+--> Decision
//
// Everything that can be prepared is prepared by Parse: patterns, dates,
// numbers, networks, and an index of actions. Evaluate takes no memory and no
// time that a hostile pattern could stretch.
//
// # Zero values
//
// Nothing is allowed by accident: the zero [Decision], [Set], [Request] and
// [Verdict] deny, the zero [Kind] is refused, and an [Attached] without a policy
// (one that could not be read) denies everything.
//
// # What it does not do
//
// It knows no clock, store or network, no list of the actions of services, and
// not whether a principal exists. Facts about the caller are given, not found.
//
// # Rules
//
// Comments and tests name the rules of the reference for the policy language:
// M matching, V variables, C conditions, P principals, E evaluation, T trust.
// Where the reference leaves a question open, docs/choices.md has our answer.
package policy
