// Package sweep holds tests of all operations of all services and of all types, which it finds by reflection on a
// client, and of all search filters, which it finds in their source. It has no other code.
package sweep
