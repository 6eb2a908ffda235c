// Package ruby reads the heap dumps of Ruby's objspace library: the JSON lines of
// ObjectSpace.dump_all, of Ruby 2.7 to 3.4.
//
// The format is described by the comment of ObjectSpace.dump_all
// (https://docs.ruby-lang.org/en/master/ObjectSpace.html) and by its writer,
// ext/objspace/objspace_dump.c. [Read] goes through a dump in these steps:
//
//  1. read each line's own fields, in chunks on all cores: address, type, class,
//     size, and where it starts;
//  2. index the addresses and name the types: an object's class by its own name, a
//     class or module as itself;
//  3. read the references of each line again, on all cores, and name them where the
//     dump tells: the instance variables of objects by their shapes, the elements of
//     arrays, the values of hashes;
//  4. add the roots.
//
// Where objects were allocated is known if the program called
// ObjectSpace.trace_object_allocations_start. The tracer's own table is the largest
// object of such a dump: it is no part of the program, and called so.
//
// Not read: the flags of the collector, and the values of strings unless they are
// asked for.
package ruby
