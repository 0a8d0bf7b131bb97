// Built by initrd/build-isal.sh; Package.swift names this module only when the library is there.
#include "../../.build/isal/include/isa-l/igzip_lib.h"
