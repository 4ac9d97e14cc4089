#!/usr/bin/env perl
# Checks that every unsafe block, function, trait and impl of the given files states why it is sound, and cites an invariant by
# letter and number, such as W2. An invariant is a list item in the documentation of a module: `//! * W2. While ...`.
#
#   find core/src -name '*.rs' | xargs perl tests/tools/citations.pl
#
# Prints the places without a citation, the invariants that two modules state, and the number of citations. Fails if a
# citation is missing, or an invariant is stated twice.
use strict;
use warnings;

my $invariant = qr/\b(?:RW|[A-Z])[0-9]{1,2}\b/;
my ($blocks, $cited, %stated, @citations, @twice) = (0, 0);

# Returns the comment that belongs to a line: the nearest one above it about safety, unless other unsafe code or the end of a
# block lies between.
sub reason {
    my ($lines, $at) = @_;
    return $1 if $lines->[$at] =~ m{//\s*(SAFETY:.*)};
    for (my $above = $at - 1; $above >= 0 && $at - $above < 60; $above--) {
        my $line = $lines->[$above];
        if ($line =~ m{^\s*//}) {
            my $first = $above;
            $first-- while $first > 0 && $lines->[$first - 1] =~ m{^\s*//(?!!)};
            my $comment = join "\n", @$lines[$first .. $above];
            return $1 if $comment =~ /((?:SAFETY:|# Safety).*)/s;
            return "";
        }
        next if $line =~ /^\s*#!?\[|^\s*\)?\]$/;
        # Other lines may be the beginning of the statement with the block.
        return "" if $line =~ /[;{}]\s*$/ || $line =~ /\bunsafe\b/ || $line =~ /^\s*$/;
    }
    return "";
}

for my $file (@ARGV) {
    open my $source, "<", $file or die "$file: $!\n";
    my @lines = <$source>;
    chomp @lines;
    my $in_trait_impl = 0;
    for my $at (0 .. $#lines) {
        if ($lines[$at] =~ m{^\s*//! \* ($invariant)\.}) {
            push @twice, "$file:@{[$at + 1]}: $stated{$1} states the invariant $1 already\n" if $stated{$1};
            $stated{$1} = $file;
        }
        $in_trait_impl = 1 if $lines[$at] =~ /^(?:unsafe\s+)?impl\b.*\sfor\s/;
        $in_trait_impl = 0 if $lines[$at] =~ /^\}/;
        (my $code = $lines[$at]) =~ s{//.*}{};
        # A function type, `unsafe fn(` without a name, needs no reason.
        # The requirements of a trait's function are stated by the trait.
        next if $in_trait_impl && $code =~ /\bunsafe\s+fn\b/ && $code !~ /\bunsafe\s*\{/;
        for ($code =~ /\bunsafe\s+(?:\{|impl\b|trait\b|(?:extern\s+"\w+"\s+)?fn\s+\w)/g) {
            $blocks++;
            my $reason = reason(\@lines, $at);
            my @cited = $reason =~ /$invariant/g;
            if (@cited) {
                $cited++;
                push @citations, map { [$file, $at + 1, $_] } @cited;
            } else {
                my $why = $reason ? "cites no invariant" : "has no reason";
                print "$file:@{[$at + 1]}: $why: @{[$lines[$at] =~ s/^\s+//r]}\n";
            }
        }
    }
}

my @unknown = grep { !$stated{$_->[2]} } @citations;
print @twice;
print "$_->[0]:$_->[1]: no module states the invariant $_->[2]\n" for @unknown;
print "$cited of $blocks unsafe blocks, functions, traits and impls cite an invariant\n";
exit($cited < $blocks || @unknown > 0 || @twice > 0);
