// Package sweep holds tests of what is true of every operation of every service: it finds them by reflection on a
// client, and search filters by their source. There is no other code in it.
package sweep
