using System.Runtime.CompilerServices;

// Scratch space on the stack is always written before it is read; clearing it costs a kilobyte of stores for every member of a body.
[module: SkipLocalsInit]
