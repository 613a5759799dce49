#!/usr/bin/perl
# Makes the custom fields that Beforehand fills in, where they are not there yet.
#
#   perl install_custom_fields.pl                                  the usual ones, for every queue
#   perl install_custom_fields.pl --queue General OrderNumber ...  these, for one queue
use strict;
use warnings;
use lib grep { -d } ( $ENV{RT_LIB} || (), '/opt/rt5/lib', '/opt/rt5/local/lib', '/usr/share/request-tracker5/lib' );
use Getopt::Long;
use RT;

my $queue_name = '';
GetOptions( 'queue=s' => \$queue_name ) or die "usage: $0 [--queue NAME] [FIELD...]\n";
my @names = @ARGV ? @ARGV : qw(OrderNumber DeviceModel SerialNumber PhoneNumber FaultCode);

RT::LoadConfig();
RT::Init();

my $queue = RT::Queue->new( RT->SystemUser );
if ($queue_name) {
    $queue->Load($queue_name);
    die "RT has no queue $queue_name\n" unless $queue->id;
}
for my $name (@names) {
    my $field = RT::CustomField->new( RT->SystemUser );
    $field->LoadByCols( Name => $name, LookupType => 'RT::Queue-RT::Ticket' );
    if ( !$field->id ) {
        my ( $id, $message ) = $field->Create( Name => $name, Type => 'FreeformSingle', LookupType => 'RT::Queue-RT::Ticket' );
        die "$name: $message\n" unless $id;
    }
    my ( $done, $message ) = $field->IsAdded( $queue->id || 0 ) || $field->IsAdded(0) ? ( 1, 'was there' ) : $field->AddToObject($queue);
    die "$name: $message\n" unless $done;
    print "$name: custom field ", $field->id, "\n";
}
