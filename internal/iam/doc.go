// Package iam holds the nouns of identity management as plain values: accounts,
// users, groups, roles, policies, access keys. It knows their name rules, their
// unique ids and their limits; it stores nothing and decides nothing.
//
// A unique id carries its account, as the real service's do. After a prefix of
// four letters come base32 characters, of which the first ten hold 48 bits:
//
//	AROA RTX3GSDSQX 7K2MPQZ
//	|    |          └ random (6 characters in a key id, 7 in an entity's id)
//	|    └ 1 | 40 bits of account number | 7 random bits
//	└ what it names: a role
//
// So the account of a key or of an entity is known without a look-up
// ([AccountOfID]). Ids are compared exactly; names ignore case ([Fold]).
package iam
