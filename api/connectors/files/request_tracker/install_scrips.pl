#!/usr/bin/perl
# Tells Beforehand of new tickets, replies and edited fields: three Scrips, installed or brought up to date.
#
#   perl install_scrips.pl             install (run it again after an update)
#   perl install_scrips.pl --remove    take them out
#
# RT_SiteConfig.pm holds what they read:
#   Set($BeforehandURL, 'https://beforehand.example');   # where the service answers
#   Set($BeforehandConnector, 'rt');                     # the connector's name in connectors.toml
#   Set($BeforehandSecret, '...');                       # its `secret`
#   Set($BeforehandUser, 'beforehand');                  # its RT user: what that user does is not reported
#   Set($BeforehandTimeout, 2);                          # seconds RT waits, at most
#
# RT is never held up longer than the timeout, and not at all for 30 seconds after a failure: Beforehand asks for what
# it missed. Nothing that goes wrong here reaches the person at the ticket.
use strict;
use warnings;
use lib grep { -d } ( $ENV{RT_LIB} || (), '/opt/rt5/lib', '/opt/rt5/local/lib', '/usr/share/request-tracker5/lib' );
use RT;

RT::LoadConfig();
RT::Init();

my $SEND = <<'PERL';
eval {
    require LWP::UserAgent;
    require JSON;
    require Digest::SHA;
    require MIME::Base64;
    require Encode;
    require POSIX;
    my $url = RT->Config->Get('BeforehandURL');
    my $secret = RT->Config->Get('BeforehandSecret');
    my $away = $RT::BeforehandAwayUntil || 0;
    if ( $url && $secret && time >= $away ) {
        my $connector = RT->Config->Get('BeforehandConnector') || 'rt';
        my $transaction = $self->TransactionObj;
        my $at = time;
        my $id = join '-', 'rt', $self->TicketObj->id, $transaction->id;
        my $body = JSON->new->utf8->canonical->encode({
            type => 'TYPE',
            timestamp => POSIX::strftime( '%Y-%m-%dT%H:%M:%SZ', gmtime $at ),
            data => {
                id          => '' . $self->TicketObj->id,
                queue       => $self->TicketObj->QueueObj->Name,
                transaction => '' . $transaction->id,
            },
        });
        my $key = Encode::encode( 'UTF-8', $secret );
        $key = MIME::Base64::decode_base64( substr $key, 6 ) if $key =~ /^whsec_/;
        my $signature = MIME::Base64::encode_base64( Digest::SHA::hmac_sha256( "$id.$at.$body", $key ), '' );
        my $agent = LWP::UserAgent->new(
            timeout      => RT->Config->Get('BeforehandTimeout') || 2,
            max_redirect => 0,
            max_size     => 65536,
        );
        my $answer = $agent->post(
            "$url/v1/hooks/$connector",
            'Content-Type'      => 'application/json',
            'webhook-id'        => $id,
            'webhook-timestamp' => $at,
            'webhook-signature' => "v1,$signature",
            Content             => $body,
        );
        if ( !$answer->is_success ) {
            $RT::BeforehandAwayUntil = time + 30 if $answer->code >= 500;
            RT->Logger->warning( 'Beforehand was not told of ticket ' . $self->TicketObj->id . ': ' . $answer->status_line );
        }
    }
    1;
} or RT->Logger->warning("Beforehand was not told: $@");
return 1;
PERL

# Which transactions count: not those of Beforehand's own user.
my $BY_OTHERS = <<'PERL';
my $self_user = RT->Config->Get('BeforehandUser') || '';
return 0 if $self->TransactionObj->CreatorObj->Name eq $self_user;
PERL

my $EDITED = $BY_OTHERS . <<'PERL';
my @batch = @{ $self->TicketObj->TransactionBatch || [] };
return 0 if grep { $_->Type eq 'Create' || $_->Type eq 'Correspond' } @batch;
return 1 if grep { $_->CreatorObj->Name ne $self_user && ( $_->Type eq 'CustomField' || $_->Type eq 'Status' ) } @batch;
return 0;
PERL

my @SCRIPS = (
    [ 'Beforehand: a ticket is created', 'ticket.created', "$BY_OTHERS return ( \$self->TransactionObj->Type || '' ) eq 'Create';" ],
    [ 'Beforehand: somebody replies', 'ticket.correspond', "$BY_OTHERS return ( \$self->TransactionObj->Type || '' ) eq 'Correspond';" ],
    [ 'Beforehand: a field or the status is edited', 'ticket.updated', $EDITED ],
);

my $is_removing = grep { $_ eq '--remove' } @ARGV;
for my $scrip (@SCRIPS) {
    my ( $description, $type, $condition ) = @$scrip;
    my $known = RT::Scrips->new( RT->SystemUser );
    $known->Limit( FIELD => 'Description', VALUE => $description );
    while ( my $old = $known->Next ) { $old->Delete; }
    next if $is_removing;
    ( my $send = $SEND ) =~ s/TYPE/$type/;
    # The batch stage runs when RT has finished the change: by then whoever asks RT sees it.
    my ( $id, $message ) = RT::Scrip->new( RT->SystemUser )->Create(
        Queue                  => 0,
        Description            => $description,
        ScripCondition         => 'User Defined',
        ScripAction            => 'User Defined',
        Template               => 'Blank',
        Stage                  => 'TransactionBatch',
        CustomIsApplicableCode => $condition,
        CustomPrepareCode      => 'return 1;',
        CustomCommitCode       => $send,
    );
    die "$description: $message\n" unless $id;
    print "$description: scrip $id\n";
}
print "removed\n" if $is_removing;
