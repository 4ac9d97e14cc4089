#!/usr/bin/env perl
# Every unsafe block, function, trait and impl of the files that are named says why it is sound, and cites an invariant by its
# letter and number, such as W2. An invariant is an item of the documentation of a module: `//! * W2. While ...`.
#
#   find core/src -name '*.rs' | xargs perl tests/tools/citations.pl
#
# Prints what lacks a citation and how many have one; fails if one lacks it.
use strict;
use warnings;

my $invariant = qr/\b(?:RW|[A-Z])[0-9]{1,2}\b/;
my ($blocks, $cited, %stated, @citations) = (0, 0);

# The comment that belongs to the line: the nearest one above it that speaks of safety, if no other unsafe code and no end of a
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
        # The beginning of a statement that reaches as far as the block.
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
        $stated{$1} = 1 if $lines[$at] =~ m{^\s*//! \* ($invariant)\.};
        $in_trait_impl = 1 if $lines[$at] =~ /^(?:unsafe\s+)?impl\b.*\sfor\s/;
        $in_trait_impl = 0 if $lines[$at] =~ /^\}/;
        (my $code = $lines[$at]) =~ s{//.*}{};
        # A type is no code: `unsafe fn(` without a name.
        # What a function of a trait asks for is said by the trait.
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
print "$_->[0]:$_->[1]: no module states the invariant $_->[2]\n" for @unknown;
print "$cited of $blocks unsafe blocks, functions, traits and impls cite an invariant\n";
exit($cited < $blocks || @unknown > 0);
