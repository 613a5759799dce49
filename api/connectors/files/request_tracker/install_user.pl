#!/usr/bin/perl
# Makes the RT user that Beforehand works as, with the rights it needs and no more, and prints its token, once.
#
#   perl install_user.pl                                   user "beforehand", every queue
#   perl install_user.pl --name beforehand --queue General  one queue
use strict;
use warnings;
use lib grep { -d } ( $ENV{RT_LIB} || (), '/opt/rt5/lib', '/opt/rt5/local/lib', '/usr/share/request-tracker5/lib' );
use Getopt::Long;
use RT;

my ( $name, $queue_name ) = ( 'beforehand', '' );
GetOptions( 'name=s' => \$name, 'queue=s' => \$queue_name ) or die "usage: $0 [--name NAME] [--queue NAME]\n";

RT::LoadConfig();
RT::Init();

my $user = RT::User->new( RT->SystemUser );
$user->Load($name);
if ( !$user->id ) {
    my ( $id, $message ) = $user->Create( Name => $name, RealName => 'Beforehand', Privileged => 1 );
    die "$message\n" unless $id;
}
my $object = RT->System;
if ($queue_name) {
    $object = RT::Queue->new( RT->SystemUser );
    $object->Load($queue_name);
    die "RT has no queue $queue_name\n" unless $object->id;
}
for my $right (qw(SeeQueue ShowTicket ShowTicketComments CommentOnTicket CreateTicket ModifyTicket SeeCustomField ModifyCustomField)) {
    next if $user->PrincipalObj->HasRight( Object => $object, Right => $right );
    my ( $done, $message ) = $user->PrincipalObj->GrantRight( Object => $object, Right => $right );
    die "$right: $message\n" unless $done;
}
my ( $id, $message, $token ) = RT::AuthToken->new( RT->SystemUser )->Create( Owner => $user->id, Description => 'Beforehand' );
die "$message\n" unless $id;
print "$token\n";
